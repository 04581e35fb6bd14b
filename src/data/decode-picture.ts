import { StriateError, naming } from "../base/errors.ts";
import { type ByteImage, orientImage } from "./image.ts";
import { decodeBmp } from "./picture-formats/bmp.ts";
import { decodeGif } from "./picture-formats/gif.ts";
import { maxPixels as defaultMaxPixels, readPictureHeader } from "./picture-formats/header.ts";
import { decodeIco } from "./picture-formats/ico.ts";
import { type PictureFormat, identifyPicture, pictureFormats } from "./picture-formats/identify.ts";
import { type JpegDecoder, decodeJpeg } from "./picture-formats/jpeg/decode.ts";
import type { Pixels } from "./picture-formats/pixels.ts";
import type { PictureHeader } from "./picture-formats/picture-header.ts";
import { decodePng } from "./picture-formats/png.ts";
import { decodeQoi } from "./picture-formats/qoi.ts";

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

/**
 * A platform's own decoder: for what it alone reads, or reads faster. It gives the same pixels as the
 * decoders here where they read a format too, and undefined for what it leaves to them.
 *
 * @param steps what becomes of the pixels on the way, in words, is added to it
 * @throws StriateError (without the file's name) when the file is cut off or damaged
 */
export type PlatformDecoder = (
  bytes: Uint8Array,
  format: PictureFormat,
  header: PictureHeader,
  steps: string[],
) => Promise<Pixels | undefined>;

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
    const format = knownFormat(bytes);
    const header = readPictureHeader(bytes, format, maxPixels);
    const steps: string[] = [];
    const own = ownDecoders[format];
    const likeTensorFlow =
      decoder === "tensorflow" &&
      format === "JPEG" &&
      header.width * header.height <= maxFastPixels;
    const work: DecoderWork = { header, decoder, maxPixels, steps, platform };
    const pixels =
      (likeTensorFlow && (await own?.(bytes, work))) ||
      (await platform(bytes, format, header, steps)) ||
      (await own?.(bytes, { ...work, decoder: "pillow" }));
    if (!pixels)
      throw new StriateError(
        own
          ? `the ${format} is cut off, damaged or of a rare kind; get a whole copy of it, or save it anew`
          : `${format} is not read here; save it as JPEG or PNG`,
      );
    if (pixels.alpha) steps.push("alpha dropped");
    const image: ByteImage = {
      width: pixels.width,
      height: pixels.height,
      data: pixels.data,
      origin: {
        name,
        format,
        storedSize: [pixels.height, pixels.width],
        orientation: header.orientation,
        oriented: false,
        steps,
      },
    };
    // Pillow turns a TIFF by itself when it opens it, so Keras does not ignore that one.
    return orient || format === "TIFF" ? orientImage(image) : image;
  });
}

function knownFormat(bytes: Uint8Array): PictureFormat {
  const kind = identifyPicture(bytes);
  if (kind.format) return kind.format;
  if (bytes.length === 0) throw new StriateError("the file is empty (0 bytes)");
  throw new StriateError(
    /picture|drawing|document|texture/.test(kind.other)
      ? `is ${kind.other}, which is not read: save it as JPEG or PNG`
      : `is ${kind.other}, not a photo; ${pictureFormats.slice(0, -1).join(", ")} and ${pictureFormats.at(-1)} are read`,
  );
}

interface DecoderWork {
  readonly header: PictureHeader;
  readonly decoder: JpegDecoder;
  readonly maxPixels: number;
  readonly steps: string[];
  readonly platform: PlatformDecoder;
}

type OwnDecoder = (
  bytes: Uint8Array,
  work: DecoderWork,
) => Pixels | undefined | Promise<Pixels | undefined>;

/** The decoders that run anywhere. */
const ownDecoders: Partial<Record<PictureFormat, OwnDecoder>> = {
  BMP: decodeBmp,
  QOI: decodeQoi,
  JPEG(bytes, { decoder, header, steps }) {
    const decoded = decodeJpeg(bytes, decoder);
    if (decoded) steps.push(...stepsOf(header, decoded.strayBytes > 0));
    return decoded;
  },
  PNG(bytes, { header, steps }) {
    const decoded = decodePng(bytes);
    steps.push(...stepsOf(header, false));
    return decoded;
  },
  GIF(bytes, { maxPixels, steps }) {
    const frame = decodeGif(bytes, maxPixels);
    steps.push("first frame, palette to RGB");
    return { ...frame, alpha: frame.transparent };
  },
  async ICO(bytes, { maxPixels, steps, platform }) {
    const picture = decodeIco(bytes, maxPixels);
    if (!("png" in picture)) return picture;
    const inner = readPictureHeader(picture.png, "PNG", maxPixels);
    return (await platform(picture.png, "PNG", inner, steps)) ?? decodePng(picture.png);
  },
};

/** What becomes of a picture's pixels on the way to RGB bytes, in words. */
export function stepsOf(header: PictureHeader, strayBytes: boolean): string[] {
  return [
    ...(strayBytes ? ["stray bytes between its segments passed over"] : []),
    ...(header.bits > 8 ? ["16 bits to their high byte"] : []),
    ...(header.color === "rgb"
      ? []
      : [`${header.color === "cmyk" ? "CMYK" : header.color} to RGB`]),
  ];
}
