import { StriateError } from "../base/errors.ts";
import type { Image } from "../data/image.ts";
import { type ReadImageOptions, readImage } from "../api/read-image.ts";

/**
 * Reads a photo that is to be looked at. A picture of one pixel is a picture, but whatever a network
 * makes of it are flat maps that say nothing: better to say that at once.
 */
export async function readPhoto(path: string, options: ReadImageOptions): Promise<Image> {
  const image = await readImage(path, options);
  if (image.width * image.height === 1)
    throw new StriateError(
      `${path}: is one single pixel, there is nothing to see in it; give a photo`,
    );
  return image;
}
