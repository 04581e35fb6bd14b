import { StriateError } from "../../base/errors.ts";
import type { ByteSource } from "../../base/byte-source.ts";
import { ExactSums } from "../../base/exact-sums.ts";
import type { SkippedFile } from "../../data/files/class-folders.ts";
import { type PackedArray, pack, unpack } from "../../runs/packed.ts";
import {
  type RankedPhotos,
  bestOf,
  listedPhotos,
  rankedFrom,
  rankedInto,
  requireOwnPhotos,
} from "./ranked-photos.ts";
import { type SketchList, mergeSketchLists } from "./sketch-list.ts";

/** What some photos come to: all that a census says of them, in a form that can be put together. */
export interface CensusPart {
  readonly photos: Float64Array;
  /** By unit, class and kind of sum: see `sumKinds`. */
  readonly sums: ExactSums;
  /** By unit and class: the smallest and the largest value at any place. */
  readonly low: Float32Array;
  readonly high: Float32Array;
  /** By unit and class: the photos' values. */
  readonly sketches: SketchList;
  /** By layer and pair of units: products of the photos' means. */
  readonly products: ExactSums;
  /** By unit: values of the grey and of the shuffled photos. */
  readonly passes: ExactSums;
  readonly top: RankedPhotos;
  readonly bottom: RankedPhotos;
  readonly sample: RankedPhotos;
  /** The names of the photos in the lists, by number. */
  readonly names: ReadonlyMap<number, string>;
  readonly skipped: readonly SkippedFile[];
}

/** What is added up over photos, for a unit and a class; `spread` is the mean square about a map's own mean. */
export const sumKinds = [
  "mean",
  "spread",
  "zeros",
  "maximum",
  "maximumSquare",
  "meanSquare",
] as const;

export function mergeCensus(a: CensusPart, b: CensusPart): CensusPart {
  const sum = (one: ExactSums, other: ExactSums) => {
    const all = one.copy();
    all.addAll(other);
    return all;
  };
  const each = (one: Float32Array, other: Float32Array, of: (p: number, q: number) => number) =>
    one.map((value, i) => of(value, other[i]!));
  const [top, bottom] = [bestOf(a.top, b.top, 1), bestOf(a.bottom, b.bottom, -1)];
  // The sample's photos are few and known beforehand: all are kept.
  const sample = bestOf(a.sample, b.sample, 0);
  const isListed = listedPhotos([top, bottom, sample]);
  return {
    photos: a.photos.map((count, i) => count + b.photos[i]!),
    sums: sum(a.sums, b.sums),
    low: each(a.low, b.low, Math.min),
    high: each(a.high, b.high, Math.max),
    sketches: mergeSketchLists(a.sketches, b.sketches),
    products: sum(a.products, b.products),
    passes: sum(a.passes, b.passes),
    top,
    bottom,
    sample,
    names: new Map(
      [...a.names, ...b.names]
        .filter(([number]) => isListed(number))
        .sort(([one], [other]) => one - other),
    ),
    skipped: [...a.skipped, ...b.skipped],
  };
}

export function writeCensus(part: CensusPart): Uint8Array {
  const arrays: Record<string, PackedArray> = {
    photos: part.photos,
    low: part.low,
    high: part.high,
  };
  for (const name of ["sums", "products", "passes"] as const) {
    const { counts, parts } = part[name].pack();
    Object.assign(arrays, { [`${name}/counts`]: counts, [`${name}/parts`]: parts });
  }
  const { starts, cells, counts, bits, most } = part.sketches;
  const lengths = new Uint32Array(starts.length - 1);
  for (let i = 0; i < lengths.length; i++) lengths[i] = starts[i + 1]! - starts[i]!;
  Object.assign(arrays, { "cells/lengths": lengths, cells, "cells/counts": counts });
  for (const name of ["top", "bottom", "sample"] as const) rankedInto(arrays, name, part[name]);
  return pack({ names: [...part.names], skipped: part.skipped, bits, most }, arrays);
}

/**
 * @param photos those of the part, where they are known
 * @throws StriateError when the bytes are not those of a census, or of other photos
 */
export function readCensus(
  bytes: Uint8Array,
  _?: ByteSource,
  photos?: readonly [number, number],
): CensusPart {
  const { data, arrays } = unpack(bytes);
  const array = <T extends PackedArray>(name: string): T => {
    if (!Object.hasOwn(arrays, name))
      throw new StriateError(`is no part of a census: no "${name}"`);
    return arrays[name] as T;
  };
  const { names, skipped, bits, most } = data as {
    names: [number, string][];
    skipped: SkippedFile[];
    bits: number;
    most: number;
  };
  // Between no bit at all and all that a float has of its fraction.
  if (!(Number.isInteger(bits) && bits >= 0 && bits <= 23 && Number.isInteger(most)))
    throw new StriateError("is no part of a census: its sketches do not say how fine they are");
  const sums = (name: string) =>
    ExactSums.unpack({ counts: array(`${name}/counts`), parts: array(`${name}/parts`) });
  const lengths = array<Uint32Array>("cells/lengths");
  const starts = new Uint32Array(lengths.length + 1);
  for (let i = 0; i < lengths.length; i++) starts[i + 1] = starts[i]! + lengths[i]!;
  const ranked = (name: string) => {
    const list = rankedFrom(array, name);
    if (photos) requireOwnPhotos(list, photos, names);
    return list;
  };
  return {
    photos: array("photos"),
    low: array("low"),
    high: array("high"),
    sketches: { starts, cells: array("cells"), counts: array("cells/counts"), bits, most },
    sums: sums("sums"),
    products: sums("products"),
    passes: sums("passes"),
    ...{ top: ranked("top"), bottom: ranked("bottom"), sample: ranked("sample") },
    names: new Map(names),
    skipped,
  };
}
