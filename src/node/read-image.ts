import { StriateError, naming } from "../base/errors.ts";
import { type ByteImage, type Image, orientImage } from "../data/image.ts";
import { decodeBmp } from "../data/picture-formats/bmp.ts";
import { decodeGif } from "../data/picture-formats/gif.ts";
import {
  type PictureHeader,
  maxPixels as defaultMaxPixels,
  readPictureHeader,
} from "../data/picture-formats/header.ts";
import { decodeIco } from "../data/picture-formats/ico.ts";
import {
  type PictureFormat,
  identifyPicture,
  pictureFormats,
} from "../data/picture-formats/identify.ts";
import type { Pixels } from "../data/picture-formats/pixels.ts";
import { decodeQoi } from "../data/picture-formats/qoi.ts";
import { type ResizeMethod, resizeImage } from "../data/resize.ts";
import { decodeAvif } from "./decode-avif.ts";
import { decodeWithSharp } from "./decode-sharp.ts";
import { readFileBytes } from "./files.ts";

export interface ReadImageOptions {
  /** [height, width] to resize to; absent: the photo's own size. */
  size?: readonly [number, number];
  /** How to resize; "bilinear" by default. */
  resize?: ResizeMethod;
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
  const image = await decodeImage(bytes, name, options);
  return options.size ? resizeImage(image, options.size, options.resize ?? "bilinear") : image;
}

/** Decodes the bytes of a picture file of any kind; `name` stands in front of every message. */
export function decodeImage(
  bytes: Uint8Array,
  name: string,
  options: Pick<ReadImageOptions, "orient" | "maxPixels"> = {},
): Promise<ByteImage> {
  return naming(name, async () => {
    const { orient = true, maxPixels = defaultMaxPixels } = options;
    const format = knownFormat(bytes);
    const header = readPictureHeader(bytes, format, maxPixels);
    const steps: string[] = [];
    const pixels = await decodePixels(bytes, format, header, maxPixels, steps);
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
  throw new StriateError(
    bytes.length === 0
      ? "the file is empty (0 bytes)"
      : `is ${kind.other}, not a photo; ${pictureFormats.slice(0, -1).join(", ")} and QOI are read`,
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
