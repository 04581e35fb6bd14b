import { type Raster, toRgb } from "./raster.ts";

/**
 * Resizes for the eye: bilinear between pixel centres where a side grows, the average of the covered
 * pixels where it shrinks. Not for what a network sees: a photo is prepared elsewhere, by Keras' rules.
 */
export function resizeSmooth(source: Raster, width: number, height: number): Raster {
  const rgb = source.channels === 4 ? source : source.palette ? toRgb(source) : source;
  const { channels } = rgb;
  const across = weights(rgb.width, width);
  const down = weights(rgb.height, height);
  const middle = new Float32Array(width * rgb.height * channels);
  for (let y = 0; y < rgb.height; y++)
    for (let x = 0; x < width; x++) {
      const { first, shares } = across[x]!;
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let k = 0; k < shares.length; k++)
          sum += shares[k]! * rgb.data[(y * rgb.width + first + k) * channels + c]!;
        middle[(y * width + x) * channels + c] = sum;
      }
    }
  const row = width * channels;
  const data = new Uint8Array(row * height);
  for (let y = 0; y < height; y++) {
    const { first, shares } = down[y]!;
    for (let i = 0; i < row; i++) {
      let sum = 0;
      for (let k = 0; k < shares.length; k++) sum += shares[k]! * middle[(first + k) * row + i]!;
      data[y * row + i] = Math.round(sum);
    }
  }
  return { width, height, channels, data };
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
