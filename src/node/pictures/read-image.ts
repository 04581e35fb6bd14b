import { StriateError, naming } from "../../base/errors.ts";
import { type ByteImage, type Image, orientImage } from "../../data/image.ts";
import { decodeBmp } from "../../data/picture-formats/bmp.ts";
import { decodeGif } from "../../data/picture-formats/gif.ts";
import {
  maxPixels as defaultMaxPixels,
  readPictureHeader,
} from "../../data/picture-formats/header.ts";
import { decodeIco } from "../../data/picture-formats/ico.ts";
import { decodeJpegFast } from "../../data/picture-formats/jpeg/decode.ts";
import {
  type PictureFormat,
  identifyPicture,
  pictureFormats,
} from "../../data/picture-formats/identify.ts";
import type { PictureHeader } from "../../data/picture-formats/picture-header.ts";
import type { Pixels } from "../../data/picture-formats/pixels.ts";
import { decodeQoi } from "../../data/picture-formats/qoi.ts";
import { type ResizeMethod, resizeImage } from "../../data/resize.ts";
import { decodeAvif } from "./decode-avif.ts";
import { decodeWithSharp, stepsOf } from "./decode-sharp.ts";
import { readFileBytes } from "../files/files.ts";

export interface ReadImageOptions {
  /** [height, width] to resize to; absent: the photo's own size. */
  size?: readonly [number, number];
  /** How to resize, here or later; "bilinear" by default. */
  resize?: ResizeMethod;
  /**
   * Whose pixels a JPEG gives. "tensorflow" (the default with "bilinear") decodes as `tf.io` does, with
   * a fast, coarse transform; "pillow" (the default with "nearest") as Pillow and browsers do.
   */
  decoder?: "tensorflow" | "pillow";
  /** Whether to turn the photo by its EXIF orientation; true by default. Keras does not. */
  orient?: boolean;
  /** Pictures of more pixels are refused before they are decoded. */
  maxPixels?: number;
}

/**
 * Reads a photo: JPEG, PNG, WebP, GIF (first frame), TIFF (first page), AVIF, BMP, ICO or QOI, told
 * apart by content. Grey, palette and CMYK become RGB, alpha is dropped and not blended, 16 bits
 * become their high byte, colour profiles are not applied: the pixels that Pillow and TensorFlow see.
 *
 * @param source a path, or the bytes of a file
 * @returns RGB in 0..255; bytes, or unrounded floats after a bilinear resize
 * @throws StriateError in one sentence with the file's name when it is no whole picture
 */
export async function readImage(
  source: string | Uint8Array,
  options: ReadImageOptions = {},
): Promise<Image> {
  const name = typeof source === "string" ? source : "the photo";
  const bytes = typeof source === "string" ? await readFileBytes(source) : source;
  const { size, resize = "bilinear" } = options;
  const decoder = options.decoder ?? (resize === "bilinear" ? "tensorflow" : "pillow");
  const image = await decodeImage(bytes, name, { ...options, decoder });
  return size ? resizeImage(image, size, resize) : image;
}

/** Larger JPEGs are decoded by sharp alone: it needs a tenth of the time and half of the memory. */
const maxFastPixels = 2 ** 24;

/**
 * Decodes the bytes of a picture file of any kind; `name` stands in front of every message. JPEGs are
 * decoded as by Pillow unless told otherwise: off the main thread, as a data set of thousands needs it.
 */
export function decodeImage(
  bytes: Uint8Array,
  name: string,
  options: Pick<ReadImageOptions, "orient" | "maxPixels" | "decoder"> = {},
): Promise<ByteImage> {
  return naming(name, async () => {
    const { orient = true, maxPixels = defaultMaxPixels, decoder = "pillow" } = options;
    const format = knownFormat(bytes);
    const header = readPictureHeader(bytes, format, maxPixels);
    const steps: string[] = [];
    const likeTensorFlow =
      decoder === "tensorflow" &&
      format === "JPEG" &&
      header.width * header.height <= maxFastPixels;
    const pixels =
      (likeTensorFlow && decodeLikeTensorFlow(bytes, header, steps)) ||
      (await decodePixels(bytes, format, header, maxPixels, steps));
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

function decodeLikeTensorFlow(
  bytes: Uint8Array,
  header: PictureHeader,
  steps: string[],
): Pixels | undefined {
  const decoded = decodeJpegFast(bytes);
  if (decoded) steps.push(...stepsOf(header, decoded.strayBytes > 0));
  return decoded;
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

async function decodePixels(
  bytes: Uint8Array,
  format: PictureFormat,
  header: PictureHeader,
  maxPixels: number,
  steps: string[],
): Promise<Pixels> {
  switch (format) {
    case "BMP":
      return decodeBmp(bytes);
    case "QOI":
      return decodeQoi(bytes);
    case "AVIF":
      return decodeAvif(bytes);
    case "GIF": {
      const frame = decodeGif(bytes, maxPixels);
      steps.push("first frame, palette to RGB");
      return { ...frame, alpha: frame.transparent };
    }
    case "ICO": {
      const picture = decodeIco(bytes, maxPixels);
      if (!("png" in picture)) return picture;
      const inner = readPictureHeader(picture.png, "PNG", maxPixels);
      return decodeWithSharp(picture.png, "PNG", inner, steps);
    }
    default:
      return decodeWithSharp(bytes, format, header, steps);
  }
}
