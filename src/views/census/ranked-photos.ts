import { StriateError } from "../../base/errors.ts";
import type { PackedArray } from "../../runs/packed.ts";

/** For each unit some photos, the foremost first; every unit has as many. */
export interface RankedPhotos {
  readonly units: number;
  /** Photos of a unit at most. */
  readonly most: number;
  /** Photos of a unit. */
  readonly count: number;
  /** By unit and rank. */
  readonly values: Float32Array;
  /** Numbers of the photos in the set, and their classes. */
  readonly photos: Uint32Array;
  readonly classes: Int32Array;
  /** Row and column of the peak in the map: two numbers each. */
  readonly places: Int32Array;
  /** What the peak sees, on the photo's own pixels: left, top, right, bottom. */
  readonly boxes: Int32Array;
}

export function emptyRanked(units: number, most: number, count: number): RankedPhotos {
  return {
    ...{ units, most, count },
    values: new Float32Array(units * count),
    photos: new Uint32Array(units * count),
    classes: new Int32Array(units * count),
    places: new Int32Array(2 * units * count),
    boxes: new Int32Array(4 * units * count),
  };
}

/**
 * Numbers of the foremost values, the foremost first; of equal ones the first.
 *
 * @param sign 1 for the largest, -1 for the smallest
 */
export function foremost(values: Float32Array, count: number, sign: 1 | -1): Int32Array {
  const chosen = new Int32Array(count);
  const best = new Float64Array(count).fill(-Infinity);
  for (let i = 0, filled = 0; i < values.length; i++) {
    const value = sign * values[i]!;
    if (filled === count && value <= best[count - 1]!) continue;
    let at = filled < count ? filled++ : count - 1;
    for (; at > 0 && best[at - 1]! < value; at--) {
      best[at] = best[at - 1]!;
      chosen[at] = chosen[at - 1]!;
    }
    best[at] = value;
    chosen[at] = i;
  }
  return chosen;
}

/** Copies one entry. */
export function copyRanked(from: RankedPhotos, i: number, to: RankedPhotos, k: number): void {
  to.values[k] = from.values[i]!;
  to.photos[k] = from.photos[i]!;
  to.classes[k] = from.classes[i]!;
  for (let j = 0; j < 2; j++) to.places[2 * k + j] = from.places[2 * i + j]!;
  for (let j = 0; j < 4; j++) to.boxes[4 * k + j] = from.boxes[4 * i + j]!;
}

/**
 * The foremost of two lists; of equal values the photo that comes first in the set.
 *
 * @param sign 1 for the largest first, -1 for the smallest, 0 for the order of the set
 */
export function bestOf(a: RankedPhotos, b: RankedPhotos, sign: 1 | -1 | 0): RankedPhotos {
  const best = emptyRanked(a.units, a.most, Math.min(a.most, a.count + b.count));
  for (let unit = 0; unit < a.units; unit++) {
    let [i, k] = [unit * a.count, unit * b.count];
    const [iEnd, kEnd] = [i + a.count, k + b.count];
    for (let at = unit * best.count; at < (unit + 1) * best.count; at++) {
      const takesFirst = k === kEnd || (i < iEnd && comesFirst(a, i, b, k, sign));
      if (takesFirst) copyRanked(a, i++, best, at);
      else copyRanked(b, k++, best, at);
    }
  }
  return best;
}

function comesFirst(a: RankedPhotos, i: number, b: RankedPhotos, k: number, sign: number): boolean {
  const apart = sign * (b.values[k]! - a.values[i]!);
  return apart === 0 ? a.photos[i]! < b.photos[k]! : apart < 0;
}

/**
 * Whether lists that were read are those of a part: who merges them takes their photos for it.
 *
 * @param own the part's photos: the first, and the one behind the last
 * @param names those of the listed photos, by number
 * @throws StriateError where a photo is none of them, has no name, or is listed twice for a unit
 */
export function requireOwnPhotos(
  { photos, count }: RankedPhotos,
  [from, to]: readonly [number, number],
  names: readonly (readonly [number, string])[],
): void {
  const refuse = (photo: number, wrong: string): never => {
    throw new StriateError(
      `lists photo ${photo}, ${wrong}; its photos are ${from} to ${to - 1}: it was not made by this run, remove it and run the command again`,
    );
  };
  // bounded: by the photos of a shard
  const isNamed = new Uint8Array(to - from);
  for (const [photo] of names) isNamed[photo - from] = 1;
  // bounded: likewise
  const lastUnit = new Int32Array(to - from).fill(-1);
  for (let i = 0; i < photos.length; i++) {
    const [photo, unit] = [photos[i]!, Math.floor(i / count)];
    const at = photo - from;
    if (!(at >= 0 && at < isNamed.length)) refuse(photo, "which is none of its own");
    if (isNamed[at] === 0) refuse(photo, "which it has no name for");
    if (lastUnit[at] === unit) refuse(photo, "which stands there twice for one unit");
    lastUnit[at] = unit;
  }
}

/** Tells the photos that stand in some lists, by their numbers in the set. */
export function listedPhotos(lists: readonly RankedPhotos[]): (photo: number) => boolean {
  let last = 0;
  for (const { photos } of lists) for (const photo of photos) last = Math.max(last, photo);
  // bounded: by the photos of the set; a set of a million numbers would take longer than all else
  const isListed = new Uint8Array(last + 1);
  for (const { photos } of lists) for (const photo of photos) isListed[photo] = 1;
  return (photo) => isListed[photo] === 1;
}

/** The lists of a unit and rank, and how many numbers they have of each. */
const keys = { values: 1, photos: 1, classes: 1, places: 2, boxes: 4 } as const;
const eachKey = Object.keys(keys) as (keyof typeof keys)[];

export function rankedInto(
  arrays: Record<string, PackedArray>,
  name: string,
  ranked: RankedPhotos,
): void {
  arrays[`${name}/shape`] = Uint32Array.of(ranked.units, ranked.most, ranked.count);
  for (const key of eachKey) arrays[`${name}/${key}`] = ranked[key];
}

/** @throws StriateError where the lists are not as long as they say */
export function rankedFrom(
  array: <T extends PackedArray>(name: string) => T,
  name: string,
): RankedPhotos {
  const [units, most, count] = array<Uint32Array>(`${name}/shape`);
  const read = Object.fromEntries(eachKey.map((key) => [key, array(`${name}/${key}`)]));
  for (const key of eachKey)
    if (read[key]!.length !== units! * count! * keys[key])
      throw new StriateError(`is no part of a census: "${name}/${key}" is not as long as it says`);
  return { units: units!, most: most!, count: count!, ...read } as unknown as RankedPhotos;
}
