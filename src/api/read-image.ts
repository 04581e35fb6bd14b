import { type OptionNames, knownOptions } from "../base/known-options.ts";
import { platform } from "#platform";
import { type DecodeOptions, decodePicture } from "../data/pictures/decode-picture.ts";
import type { ByteImage, Image } from "../data/pictures/image.ts";
import { type ResizeMethod, resizeImage } from "../data/pictures/resize.ts";
import type { Bitmap } from "./platform.ts";
import { type AnyFile, readBlob, sortFile, wrongArgument } from "./sources.ts";

export interface ReadImageOptions extends DecodeOptions {
  /** [height, width] to resize to; absent: the photo's own size. */
  size?: readonly [number, number];
  /** How to resize, here or later; "bilinear" by default. */
  resize?: ResizeMethod;
}

const names: OptionNames<ReadImageOptions> = {
  ...{ size: true, resize: true },
  ...{ decoder: true, orient: true, maxPixels: true },
};

/**
 * Reads a photo: JPEG, PNG, WebP, GIF (first frame), TIFF (first page), AVIF, BMP, ICO or PPM, told
 * apart by content. Grey, palette and CMYK become RGB, alpha is dropped and not blended, 16 bits
 * become their high byte, colour profiles are not applied: the pixels that Pillow and TensorFlow see.
 * In a browser they are the same; WebP and AVIF are decoded by it, and so are HEIC and TIFF where it can
 * (Safari). Node does not read HEIC.
 *
 * @param source a path (in a page: an address relative to it), an `http(s)` address or `URL`, the bytes
 * of a file, a `Blob` or `File`, or an `ImageBitmap`
 * @returns RGB in 0..255; bytes, or unrounded floats after a bilinear resize
 * @throws StriateError in one sentence with the file's name when it is no whole picture
 */
export async function readImage(
  source: AnyFile | Bitmap,
  options: ReadImageOptions = {},
): Promise<Image> {
  knownOptions("readImage", options, names);
  const { size, resize = "bilinear" } = options;
  const decoder = options.decoder ?? (resize === "bilinear" ? "tensorflow" : "pillow");
  if (size !== undefined && !(Array.isArray(size) && size.length >= 2))
    return wrongArgument("size", "[height, width], as in { size: [150, 150] }", size);
  const image = await imageOf(source, { ...options, decoder });
  return size ? resizeImage(image, size, resize) : image;
}

async function imageOf(source: AnyFile | Bitmap, options: DecodeOptions): Promise<ByteImage> {
  const decode = (bytes: Uint8Array, name: string) =>
    decodePicture(bytes, name, platform.decodePicture, options);
  const sorted = sortFile(source);
  switch (sorted?.kind) {
    case "path":
      return decode(await platform.readFile(sorted.path), sorted.path);
    case "url":
      return decode(await platform.fetchFile(sorted.url), sorted.url);
    case "bytes":
      return decode(sorted.bytes, "the photo");
    case "blob": {
      const { blob, name = "the photo" } = sorted;
      return decode(await readBlob(blob, name), name);
    }
    case undefined:
      if (platform.pixelsOf && isBitmap(source)) return decodedBefore(platform.pixelsOf(source));
      return wrongArgument(
        "readImage",
        `a path, a URL, the bytes of a picture file, a Blob${platform.pixelsOf ? ", a File or an ImageBitmap" : " or a File"}`,
        source,
      );
  }
}

const isBitmap = (value: unknown): value is Bitmap =>
  typeof value === "object" &&
  value !== null &&
  "width" in value &&
  "height" in value &&
  "close" in value;

const decodedBefore = ({ width, height, data }: Omit<ByteImage, "origin">): ByteImage => ({
  width,
  height,
  data,
  origin: {
    name: "the photo",
    format: "PNG",
    storedSize: [height, width],
    orientation: 1,
    oriented: true,
    steps: ["decoded by the browser"],
  },
});
