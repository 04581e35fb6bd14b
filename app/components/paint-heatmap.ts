import type { Affine, Range } from "striate";
import { notFinite } from "./paint-maps.ts";

/** A plane of numbers over a network's input, and the colours of its values. */
export interface HeatPlane {
  readonly values: Float32Array;
  readonly width: number;
  readonly height: number;
  /** The values of the end colours; null where nothing is finite. */
  readonly range: Range | null;
  /** Whether values run together between their centres. */
  readonly smooth: boolean;
}

/**
 * Paints a heatmap at a photo's pixels, as the library's `overlay` does: each pixel looks up the value above
 * its centre. How strongly it covers the photo is left to whoever lays one over the other.
 *
 * @param toMap from the photo's pixels to the heatmap's
 * @param byStrength whether the photo shows through where values are small
 */
export function paintHeatmap(
  rgba: Uint8ClampedArray,
  photo: { readonly width: number; readonly height: number },
  plane: HeatPlane,
  toMap: Affine,
  colors: Uint32Array,
  byStrength: boolean,
): void {
  const pixels = new Uint32Array(rgba.buffer);
  const [a, b, c, d, e, f] = toMap;
  const { low, high } = plane.range ?? { low: 0, high: 0 };
  const reach = Math.max(Math.abs(low), Math.abs(high));
  const scale = high > low ? 256 / (high - low) : 0;
  for (let y = 0, at = 0; y < photo.height; y++)
    for (let x = 0; x < photo.width; x++, at++) {
      const across = a * (x + 0.5) + b * (y + 0.5) + c;
      const down = d * (x + 0.5) + e * (y + 0.5) + f;
      // What the network never saw stays as it is.
      if (across < 0 || down < 0 || across > plane.width || down > plane.height) continue;
      const value = plane.smooth ? between(plane, across, down) : valueAt(plane, across, down);
      if (value - value !== 0) {
        pixels[at] = notFinite;
        continue;
      }
      const index = scale > 0 ? Math.max(0, Math.min(255, Math.floor((value - low) * scale))) : 128;
      const strength = byStrength ? (reach > 0 ? Math.min(1, Math.abs(value) / reach) : 0) : 1;
      const opacity = Math.round(255 * strength);
      pixels[at] = ((colors[index]! & 0xffffff) | (opacity << 24)) >>> 0;
    }
}

const clamp = (at: number, length: number): number => Math.max(0, Math.min(length - 1, at));

/** The value of the cell that a point lies in. */
export function valueAt(
  { values, width, height }: Pick<HeatPlane, "values" | "width" | "height">,
  x: number,
  y: number,
): number {
  return values[clamp(Math.floor(y), height) * width + clamp(Math.floor(x), width)]!;
}

/** The value between the centres of four cells. */
function between({ values, width, height }: HeatPlane, x: number, y: number): number {
  const [fromX, fromY] = [clamp(x - 0.5, width), clamp(y - 0.5, height)];
  const [left, top] = [Math.floor(fromX), Math.floor(fromY)];
  const [right, bottom] = [Math.min(left + 1, width - 1), Math.min(top + 1, height - 1)];
  const [across, down] = [fromX - left, fromY - top];
  // A neighbour that counts for nothing must not make NaN of a value.
  const mix = (from: number, to: number, share: number) =>
    share === 0 ? from : from + (to - from) * share;
  return mix(
    mix(values[top * width + left]!, values[top * width + right]!, across),
    mix(values[bottom * width + left]!, values[bottom * width + right]!, across),
    down,
  );
}
