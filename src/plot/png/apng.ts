import { StriateError } from "../../base/errors.ts";
import type { Picture } from "../picture.ts";
import { rasterSize, rasterizeStrips } from "../rasterize.ts";
import { type PngOptions, type PngPlatform, foreignTextOf } from "./encode-png.ts";
import { animatedPng, pngBands } from "./png-file.ts";

export interface AnimationOptions extends PngOptions {
  /** How long each picture stands, in milliseconds; 200 by default. The last one stands five times as long. */
  readonly delay?: number;
}

/**
 * Pictures of one size as an animated PNG, which plays for ever. A program that knows no animations shows
 * the last picture, which is the result.
 *
 * @throws StriateError where the pictures are of different sizes
 * @see Portable Network Graphics (third edition), W3C, section 11.3.5: animation information
 */
export async function encodeAnimation(
  pictures: readonly Picture[],
  platform: PngPlatform,
  { delay = 200, ...options }: AnimationOptions = {},
): Promise<Uint8Array> {
  const frames = [];
  const [first] = pictures;
  if (first === undefined) throw new StriateError("an animation needs a picture");
  const size = rasterSize(first, options.scale);
  for (const [i, picture] of pictures.entries()) {
    const own = rasterSize(picture, options.scale);
    if (own.width !== size.width || own.height !== size.height)
      throw new StriateError(
        `an animation needs pictures of one size: ${size.width} x ${size.height} and ${own.width} x ${own.height}`,
      );
    const foreignText = await foreignTextOf(picture, platform);
    const strips = rasterizeStrips(picture, { ...options, foreignText, stripBytes: 1 << 20 });
    const last = i === pictures.length - 1;
    frames.push({
      compressed: await platform.deflate(pngBands(strips)),
      delay: last ? 5 * delay : delay,
    });
  }
  return animatedPng({ ...size, channels: 3 }, frames);
}
