import { Irregular } from "./irregular.ts";

/** One component's samples, without padding. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  /** Distance of two rows; padding beyond `width` is not looked at. */
  readonly stride: number;
  readonly data: Uint8ClampedArray | Uint8Array;
}

/**
 * Brings a component to the size of the picture. Halved components are interpolated: a new sample
 * takes 3/4 of the nearer and 1/4 of the farther old one; other ratios are repeated.
 *
 * Source: the Independent JPEG Group's "fancy upsampling" with its alternating rounding, which
 * libjpeg-turbo, and so Pillow and TensorFlow, use by default.
 *
 * @param across how many times wider the result is
 * @param down how many times higher
 */
export function upsample(plane: Plane, across: number, down: number): Plane {
  if (!Number.isInteger(across) || !Number.isInteger(down))
    throw new Irregular("sampling of another kind");
  if (across === 1 && down === 1) return plane;
  if (across === 2 && down === 1 && plane.width > 2) return widen(plane);
  if (across === 2 && down === 2 && plane.width > 2) return widenAndHeighten(plane);
  if (across === 1 && down === 2) return heighten(plane);
  return repeat(plane, across, down);
}

function widen({ width, height, stride, data }: Plane): Plane {
  const out = new Uint8Array(width * 2 * height);
  for (let y = 0, to = 0; y < height; y++) {
    const row = y * stride;
    const last = row + width - 1;
    for (let at = row; at <= last; at++) {
      const value = 3 * data[at]!;
      out[to++] = at === row ? data[at]! : (value + data[at - 1]! + 1) >> 2;
      out[to++] = at === last ? data[at]! : (value + data[at + 1]! + 2) >> 2;
    }
  }
  return { width: width * 2, height, stride: width * 2, data: out };
}

function heighten({ width, height, stride, data }: Plane): Plane {
  const out = new Uint8Array(width * height * 2);
  for (let y = 0, to = 0; y < height * 2; y++) {
    const near = y >> 1;
    const [far, bias] = neighbour(y, height);
    for (let x = 0; x < width; x++)
      out[to++] = (3 * data[near * stride + x]! + data[far * stride + x]! + bias) >> 2;
  }
  return { width, height: height * 2, stride: width, data: out };
}

/** The farther row that takes part in output row `y`, and what is added before the rounding. */
function neighbour(y: number, height: number): [row: number, bias: number] {
  const upper = y % 2 === 0;
  const near = y >> 1;
  return upper ? [Math.max(near - 1, 0), 1] : [Math.min(near + 1, height - 1), 2];
}

function widenAndHeighten({ width, height, stride, data }: Plane): Plane {
  const out = new Uint8Array(width * height * 4);
  const sums = new Int32Array(width);
  for (let y = 0, to = 0; y < height * 2; y++) {
    const near = (y >> 1) * stride;
    const far = neighbour(y, height)[0] * stride;
    for (let x = 0; x < width; x++) sums[x] = 3 * data[near + x]! + data[far + x]!;
    for (let x = 0; x < width; x++) {
      const value = sums[x]!;
      out[to++] = x === 0 ? (4 * value + 8) >> 4 : (3 * value + sums[x - 1]! + 8) >> 4;
      out[to++] = x === width - 1 ? (4 * value + 7) >> 4 : (3 * value + sums[x + 1]! + 7) >> 4;
    }
  }
  return { width: width * 2, height: height * 2, stride: width * 2, data: out };
}

function repeat({ width, height, stride, data }: Plane, across: number, down: number): Plane {
  const wide = width * across;
  const out = new Uint8Array(wide * height * down);
  for (let y = 0, to = 0; y < height * down; y++) {
    const row = Math.floor(y / down) * stride;
    for (let x = 0; x < width; x++) {
      out.fill(data[row + x]!, to, to + across);
      to += across;
    }
  }
  return { width: wide, height: height * down, stride: wide, data: out };
}
