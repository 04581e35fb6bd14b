import type { Image } from "../data/pictures/image.ts";
import type { Raster } from "../plot/raster.ts";

/**
 * A photo in small: each pixel is the mean of those that it covers. One that is small already is enlarged by
 * whole pixels.
 *
 * @param size pixels of the longer side, at most
 */
export function thumbnailOf(image: Image, size = 104): Raster {
  const long = Math.max(image.width, image.height);
  const scale = long <= size ? Math.floor(size / long) : size / long;
  const width = Math.max(1, Math.round(image.width * scale));
  const height = Math.max(1, Math.round(image.height * scale));
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    const [top, bottom] = covered(y, height, image.height);
    for (let x = 0; x < width; x++) {
      const [left, right] = covered(x, width, image.width);
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let row = top; row < bottom; row++)
          for (let column = left; column < right; column++)
            sum += image.data[(row * image.width + column) * 3 + c]!;
        data[at++] = Math.round(sum / ((bottom - top) * (right - left)));
      }
    }
  }
  return { width, height, channels: 3, data };
}

/** The pixels of a row of `from` that pixel `at` of `to` covers: one at least. */
function covered(at: number, to: number, from: number): [first: number, end: number] {
  const first = Math.floor((at * from) / to);
  return [first, Math.max(first + 1, Math.floor(((at + 1) * from) / to))];
}
