import { largest } from "../../base/extremes.ts";
import { toFloat32 } from "../../base/tensor.ts";
import type { Random } from "../../base/random.ts";
import { baselineOf, extentOf } from "./baseline.ts";
import type { ExplainedInput } from "./input-plane.ts";

export const fills = ["zero", "mean", "blur", "noise", "lowest", "highest"] as const;
/**
 * What is put in the place of a part of the photo, always within the range of values that such photos have,
 * since anything else is a signal of its own:
 * - `zero`: zeros in the network's own numbers, which a photo without black lacks but could have; the photo's
 *   nearest value where 0 is further from its range than this is wide
 * - `mean`: the mean of each colour
 * - `blur`: the photo, blurred so that nothing can be recognised
 * - `noise`: even noise over the photo's range
 * - `lowest`, `highest`: the photo's extremes
 */
export type Fill = (typeof fills)[number];

/** A whole picture of the fill, in the input's own layout. */
export function fillOf(kind: Fill, input: ExplainedInput, random: Random): Float32Array {
  const { data } = toFloat32(input.value);
  const { low, high } = extentOf(data);
  switch (kind) {
    case "zero": {
      const isNear = Math.max(low, -high) <= high - low;
      return new Float32Array(data.length).fill(isNear ? 0 : Math.min(Math.max(0, low), high));
    }
    case "noise":
      return data.map(() => random.uniform(low, high));
    case "blur":
      return blurred(input);
    default:
      return baselineOf(kind, input.value, input.channels).data;
  }
}

/** Three box blurs, each over a tenth of the longer side: near a Gaussian. */
function blurred(input: ExplainedInput): Float32Array {
  const { value, channels } = input;
  const { shape, data } = toFloat32(value);
  const axes = [...shape.keys()].filter((axis) => axis !== 0 && axis !== channels);
  const longest = largest(axes.map((axis) => shape[axis]!));
  const radius = Math.max(1, Math.round(longest / 20));
  let out = Float32Array.from(data);
  for (const axis of axes)
    for (let round = 0; round < 3; round++) out = boxBlur(out, shape, axis, radius);
  return out;
}

/** The mean over `2 radius + 1` neighbours along one axis; the ends are repeated. */
function boxBlur(
  data: Float32Array<ArrayBuffer>,
  shape: readonly number[],
  axis: number,
  radius: number,
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(data.length);
  const inner = shape.slice(axis + 1).reduce((product, length) => product * length, 1);
  const length = shape[axis]!;
  const at = (line: number, i: number) =>
    data[line + Math.min(Math.max(i, 0), length - 1) * inner]!;
  for (let block = 0; block < data.length; block += length * inner)
    for (let line = block; line < block + inner; line++) {
      let sum = 0;
      for (let i = -radius; i <= radius; i++) sum += at(line, i);
      for (let i = 0; i < length; i++) {
        out[line + i * inner] = sum / (2 * radius + 1);
        sum += at(line, i + radius + 1) - at(line, i - radius);
      }
    }
  return out;
}
