import type { Bitmap } from "../api/platform.ts";
import { StriateError } from "../base/errors.ts";
import type { PlatformDecoder } from "../data/pictures/decode-picture.ts";
import type { Pixels } from "../data/picture-formats/pixels.ts";

/** What browsers decode and striate does not. TIFF is in neither's power. */
const browserFormats = new Set(["WebP", "AVIF"]);

/**
 * The browser's decoder. Its pixels may differ by a level or two from other decoders', which the steps
 * say; what striate decodes itself is left to it, with the same pixels as in Node.
 */
export const decodePicture: PlatformDecoder = async (bytes, format, _header, steps) => {
  if (!browserFormats.has(format)) return undefined;
  const blob = new Blob([bytes as BlobPart]);
  const bitmap = await createImageBitmap(blob, {
    imageOrientation: "none",
    premultiplyAlpha: "none",
    colorSpaceConversion: "none",
  }).catch((error: unknown) => {
    throw new StriateError(
      `the ${format} is cut off or damaged, or this browser does not read ${format}`,
      { cause: error },
    );
  });
  steps.push("decoded by the browser");
  try {
    return pixelsOf(bitmap);
  } finally {
    bitmap.close();
  }
};

/** The pixels of a picture that the browser has decoded; alpha is dropped. */
export function pixelsOf(bitmap: Bitmap): Pixels {
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  context.drawImage(bitmap as ImageBitmap, 0, 0);
  const { data: rgba } = context.getImageData(0, 0, width, height);
  const data = new Uint8Array(width * height * 3);
  let alpha = false;
  for (let from = 0, to = 0; to < data.length; from += 4, to += 3) {
    data[to] = rgba[from]!;
    data[to + 1] = rgba[from + 1]!;
    data[to + 2] = rgba[from + 2]!;
    alpha ||= rgba[from + 3] !== 255;
  }
  return { width, height, data, alpha };
}
