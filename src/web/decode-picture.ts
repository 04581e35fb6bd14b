import type { Bitmap } from "../api/platform.ts";
import { StriateError } from "../base/errors.ts";
import type { PlatformDecoder } from "../data/pictures/decode-picture.ts";
import { pictureFormat } from "../data/picture-formats/index.ts";
import type { Pixels } from "../data/picture-formats/pixels.ts";

/** What every browser decodes and striate does not. */
const reads = ["WebP", "AVIF"];
/** What Safari alone decodes. */
const tries = ["HEIC", "TIFF"];

/**
 * The browser's decoder. Its pixels may differ by a level or two from other decoders', which the steps
 * say; what striate decodes itself is left to it, with the same pixels as in Node.
 */
export const decodePicture: PlatformDecoder = {
  reads,
  tries,
  async decode(bytes, format, { orientation }, steps) {
    if (![...reads, ...tries].includes(format)) return undefined;
    const turns = pictureFormat(format).turnsItself === true;
    const bitmap = await createImageBitmap(new Blob([bytes as BlobPart]), {
      imageOrientation: turns ? "from-image" : "none",
      premultiplyAlpha: "none",
      colorSpaceConversion: "none",
    }).catch((error: unknown) => {
      throw new StriateError(
        tries.includes(format)
          ? `this browser does not read ${format}, as Safari does, or the file is damaged; save it as JPEG or PNG`
          : `the ${format} is cut off or damaged, or this browser does not read ${format}`,
        { cause: error },
      );
    });
    const turned = turns && orientation !== 1;
    steps.push(turned ? "decoded and turned upright by the browser" : "decoded by the browser");
    try {
      return { ...pixelsOf(bitmap), upright: turns };
    } finally {
      bitmap.close();
    }
  },
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
