import { sizeOf } from "../../base/shape.ts";

/** Where a weight lies in the vector that holds all of them end to end, in elements. */
export interface FlatPart {
  address: string;
  shape: readonly number[];
  start: number;
  size: number;
}

/** Lays weights end to end in one vector. */
export function layFlat(weights: Iterable<readonly [address: string, shape: readonly number[]]>): {
  parts: FlatPart[];
  length: number;
} {
  let length = 0;
  const parts: FlatPart[] = [];
  for (const [address, shape] of weights) {
    const size = sizeOf(shape);
    parts.push({ address, shape, start: length, size });
    length += size;
  }
  return { parts, length };
}

/** The range of a vector that one of several workers takes care of: a whole number of cache lines. */
export function shareOf(length: number, worker: number, workers: number): [number, number] {
  const line = 16;
  const at = (i: number) =>
    i === workers ? length : Math.floor((length * i) / workers / line) * line;
  return [at(worker), at(worker + 1)];
}
