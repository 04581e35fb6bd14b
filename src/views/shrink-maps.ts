import type { MapsSize } from "./map-statistics.ts";

/** The most pixels that the maps of one layer are drawn with. */
const pixelBudget = 40e6;

/** How many values a pixel must stand for, each way, so that a layer stays inside the budget; mostly 1. */
export function shrinkFactor({ channels, height, width }: MapsSize): number {
  return Math.max(1, Math.ceil(Math.sqrt((channels * height * width) / pixelBudget)));
}

/**
 * Averages blocks of `factor` x `factor` values; the last ones of a row or column may be smaller. A
 * block with a value that is not finite becomes NaN, so that none gets lost.
 */
export function shrinkMaps(
  maps: Float32Array,
  { channels, height, width }: MapsSize,
  factor: number,
): { maps: Float32Array; size: MapsSize } {
  const size = { channels, height: Math.ceil(height / factor), width: Math.ceil(width / factor) };
  const out = new Float32Array(channels * size.height * size.width);
  let to = 0;
  for (let c = 0; c < channels; c++)
    for (let top = 0; top < height; top += factor)
      for (let left = 0; left < width; left += factor) {
        const bottom = Math.min(top + factor, height);
        const right = Math.min(left + factor, width);
        let sum = 0;
        for (let y = top; y < bottom; y++)
          for (let x = left; x < right; x++) sum += maps[(c * height + y) * width + x]!;
        const mean = sum / ((bottom - top) * (right - left));
        out[to++] = Number.isFinite(mean) ? mean : NaN;
      }
  return { maps: out, size };
}
