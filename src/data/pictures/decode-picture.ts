import { StriateError, fail, naming } from "../../base/errors.ts";
import { type ByteImage, orientImage } from "./image.ts";
import type { DecoderWork } from "../picture-formats/define-picture-format.ts";
import {
  maxPixels as defaultMaxPixels,
  mostPixels,
  readPictureHeader,
} from "../picture-formats/header.ts";
import { identifyPicture, kindInWords } from "../picture-formats/identify.ts";
import { type PictureFormat, pictureFormat, pictureFormats } from "../picture-formats/index.ts";
import type { JpegDecoder } from "../picture-formats/jpeg/decode.ts";
import type { Pixels } from "../picture-formats/pixels.ts";
import type { PictureHeader } from "../picture-formats/picture-header.ts";

export interface DecodeOptions {
  /**
   * Whose pixels a JPEG gives. "tensorflow" (the default with "bilinear") decodes as `tf.io` does, with
   * a fast, coarse transform; "pillow" (the default with "nearest") as Pillow and browsers do.
   */
  decoder?: JpegDecoder;
  /** Whether to turn the photo by its EXIF orientation; true by default. Keras does not. */
  orient?: boolean;
  /** Pictures of more pixels are refused before they are decoded. */
  maxPixels?: number;
}

/** A platform's own decoder: for what it alone reads, or reads faster. */
export interface PlatformDecoder {
  /** The kinds that it reads, wherever the platform is. */
  readonly reads: readonly PictureFormat[];
  /** Kinds that it reads in some places only: of several browsers, in one. */
  readonly tries?: readonly PictureFormat[];
  /**
   * Gives the same pixels as the decoders here where they read a format too, and undefined for what it leaves to
   * them.
   *
   * @param steps what becomes of the pixels on the way, in words, is added to it
   * @throws StriateError (without the file's name) when the file is cut off or damaged
   */
  decode(
    bytes: Uint8Array,
    format: PictureFormat,
    header: PictureHeader,
    steps: string[],
  ): Promise<Pixels | undefined>;
}

/** Whether a kind of picture can be read at all, on a platform. */
export const isDecoded = (format: PictureFormat, { reads, tries = [] }: PlatformDecoder): boolean =>
  pictureFormat(format).decode !== undefined || reads.includes(format) || tries.includes(format);

/** Larger JPEGs are left to the platform alone: it needs a tenth of the time and half of the memory. */
const maxFastPixels = 2 ** 24;

/**
 * Decodes the bytes of a picture file of any kind; `name` stands in front of every message. JPEGs are
 * decoded as by Pillow unless told otherwise.
 */
export function decodePicture(
  bytes: Uint8Array,
  name: string,
  platform: PlatformDecoder,
  options: DecodeOptions = {},
): Promise<ByteImage> {
  return naming(name, async () => {
    const { orient = true, maxPixels = defaultMaxPixels, decoder = "pillow" } = options;
    const format = knownFormat(bytes, platform);
    const header = readPictureHeader(bytes, format, maxPixels);
    const steps: string[] = [];
    const { decode: own, hasTwoDecodings, turnsItself } = pictureFormat(format);
    const likeTensorFlow =
      decoder === "tensorflow" &&
      hasTwoDecodings === true &&
      header.width * header.height <= maxFastPixels;
    const inner = async (part: Uint8Array, kind: PictureFormat): Promise<Pixels> => {
      const head = readPictureHeader(part, kind, maxPixels);
      const made =
        (await platform.decode(part, kind, head, steps)) ??
        (await pictureFormat(kind).decode?.(part, { ...work, header: head }));
      return made ?? fail(`the ${kind} inside the ${format} is not read here`);
    };
    const work: DecoderWork = {
      header,
      decoder,
      maxPixels: mostPixels(format, bytes.length, maxPixels),
      steps,
      inner,
    };
    const pixels =
      (likeTensorFlow && (await own?.(bytes, work))) ||
      (await platform.decode(bytes, format, header, steps)) ||
      (await own?.(bytes, { ...work, decoder: "pillow" }));
    if (!pixels)
      throw new StriateError(
        `the ${format} is cut off, damaged or of a rare kind; get a whole copy of it, or save it anew`,
      );
    if (pixels.alpha) steps.push("alpha dropped");
    const upright = pixels.upright === true;
    const { width, height } = pixels;
    const image: ByteImage = {
      ...{ width, height },
      data: pixels.data,
      origin: {
        name,
        format,
        storedSize: upright && header.orientation >= 5 ? [width, height] : [height, width],
        orientation: header.orientation,
        oriented: upright,
        steps,
      },
    };
    return orient || turnsItself ? orientImage(image) : image;
  });
}

function knownFormat(bytes: Uint8Array, platform: PlatformDecoder): PictureFormat {
  const kind = identifyPicture(bytes);
  if (kind.format !== undefined && isDecoded(kind.format, platform)) return kind.format;
  if (bytes.length === 0) throw new StriateError("the file is empty (0 bytes)");
  const words = kindInWords(kind);
  if (/picture|drawing|document|texture/.test(words))
    throw new StriateError(`is ${words}, which is not read: save it as JPEG or PNG`);
  const readable = pictureFormats
    .filter(({ name, decode }) => decode || platform.reads.includes(name))
    .map(({ name }) => name);
  throw new StriateError(
    `is ${words}, not a photo; ${readable.slice(0, -1).join(", ")} and ${readable.at(-1)} are read`,
  );
}
