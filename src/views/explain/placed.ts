import { toFloat32 } from "../../base/tensor.ts";
import type { ExplainedInput } from "./input-plane.ts";

/**
 * For each number of an input, in its own layout, the place that it belongs to: row by row, all its
 * colours alike.
 */
export function placesOf({ value, channels }: ExplainedInput): Uint32Array {
  const { data, shape } = toFloat32(value);
  const inner = shape.slice(channels + 1).reduce((product, length) => product * length, 1);
  const block = inner * shape[channels]!;
  return Uint32Array.from(data, (_, i) => Math.floor(i / block) * inner + (i % inner));
}

/** For each number of an input the number of its colour. */
export function coloursOf({ value, channels }: ExplainedInput): Uint32Array {
  const { data, shape } = toFloat32(value);
  const inner = shape.slice(channels + 1).reduce((product, length) => product * length, 1);
  const count = shape[channels]!;
  return Uint32Array.from(data, (_, i) => Math.floor(i / inner) % count);
}
