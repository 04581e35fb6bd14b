import { type Raster, toRgb } from "./raster.ts";

/**
 * Resizes for the eye: bilinear between pixel centres where a side grows, the average of the covered
 * pixels where it shrinks. Colours count by their opacity. Not for what a network sees: a photo is prepared elsewhere, by Keras' rules.
 */
export function resizeSmooth(source: Raster, width: number, height: number): Raster {
  const plain = source.palette ? toRgb(source) : source;
  const { channels, data } = plain;
  const across = weights(plain.width, width);
  const down = weights(plain.height, height);
  const row = width * channels;
  const middle = new Float32Array(row * plain.height);
  for (let y = 0, to = 0; y < plain.height; y++)
    for (const { first, shares } of across)
      for (let c = 0; c < channels; c++, to++)
        for (let k = 0; k < shares.length; k++) {
          const pixel = (y * plain.width + first + k) * channels;
          const opacity = channels === 4 && c < 3 ? data[pixel + 3]! / 255 : 1;
          middle[to]! += shares[k]! * data[pixel + c]! * opacity;
        }
  const out = new Uint8Array(row * height);
  for (let y = 0; y < height; y++) {
    const { first, shares } = down[y]!;
    for (let i = row - 1; i >= 0; i--) {
      let sum = 0;
      for (let k = 0; k < shares.length; k++) sum += shares[k]! * middle[(first + k) * row + i]!;
      // Backwards, so that the opacity of a pixel is known before its colours.
      const opacity = channels === 4 && i % 4 < 3 ? out[y * row + (i | 3)]! / 255 : 1;
      out[y * row + i] = opacity > 0 ? Math.min(255, Math.round(sum / opacity)) : 0;
    }
  }
  return { width, height, channels, data: out };
}

/** For each target pixel: which source pixels it takes, and how much of each. */
function weights(from: number, to: number): { first: number; shares: number[] }[] {
  const ratio = from / to;
  return Array.from({ length: to }, (_, i) => {
    // Shrinking, a pixel takes what lies under it; growing, it takes its two neighbours.
    const centre = (i + 0.5) * ratio;
    const reach = Math.max(ratio, 1) / 2;
    const low = centre - reach;
    const high = centre + reach;
    const first = Math.max(0, Math.floor(low));
    const last = Math.min(from - 1, Math.ceil(high) - 1);
    const shares: number[] = [];
    for (let at = first; at <= last; at++) shares.push(Math.min(at + 1, high) - Math.max(at, low));
    const sum = shares.reduce((total, share) => total + share, 0);
    return { first, shares: shares.map((share) => share / sum) };
  });
}
