import { pushAll } from "../../base/extremes.ts";
import type { SkippedFile } from "../../data/files/class-folders.ts";
import type { Gathering } from "../../runs/parts.ts";
import { type PackedArray, pack, unpack } from "../../runs/packed.ts";

/** Vectors of photos, a row each, in the order of the set. */
export interface EmbedPart {
  /** Numbers of a vector. */
  readonly width: number;
  readonly vectors: Float32Array;
  /** Numbers of the photos in the set, their classes, and the split that each is of. */
  readonly photos: Uint32Array;
  readonly classes: Int32Array;
  readonly names: readonly string[];
  readonly splits: readonly string[];
  readonly skipped: readonly SkippedFile[];
}

export function mergeEmbed(a: EmbedPart, b: EmbedPart): EmbedPart {
  return {
    width: Math.max(a.width, b.width),
    vectors: joined(Float32Array, a.vectors, b.vectors),
    photos: joined(Uint32Array, a.photos, b.photos),
    classes: joined(Int32Array, a.classes, b.classes),
    names: [...a.names, ...b.names],
    splits: [...a.splits, ...b.splits],
    skipped: [...a.skipped, ...b.skipped],
  };
}

function joined<T extends Float32Array | Uint32Array | Int32Array>(
  Kind: new (length: number) => T,
  a: T,
  b: T,
): T {
  // bounded: both are in memory already
  const all = new Kind(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

/** The same of all photos: memory for the vectors is taken once, and nothing is copied again and again. */
export function gatherEmbed(most: number): Gathering<EmbedPart> {
  let [width, count] = [0, 0];
  let vectors = new Float32Array(0);
  // bounded: by the photos of the set, as is all that follows
  const [photos, classes] = [new Uint32Array(most), new Int32Array(most)];
  const lists = { names: [] as string[], splits: [] as string[], skipped: [] as SkippedFile[] };
  let isEmpty = true;
  return {
    add(part) {
      isEmpty = false;
      if (part.width > 0 && width === 0) {
        width = part.width;
        // bounded: the costs of the view were asked for them
        vectors = new Float32Array(most * width);
      }
      vectors.set(part.vectors, count * width);
      photos.set(part.photos, count);
      classes.set(part.classes, count);
      count += part.photos.length;
      pushAll(lists.names, part.names);
      pushAll(lists.splits, part.splits);
      pushAll(lists.skipped, part.skipped);
    },
    whole: () =>
      isEmpty
        ? undefined
        : {
            ...{ width, ...lists, vectors: vectors.subarray(0, count * width) },
            photos: photos.subarray(0, count),
            classes: classes.subarray(0, count),
          },
  };
}

export function writeEmbed({ width, names, splits, skipped, ...part }: EmbedPart): Uint8Array {
  const arrays: Record<string, PackedArray> = {
    vectors: part.vectors,
    photos: part.photos,
    classes: part.classes,
  };
  return pack({ width, names, splits, skipped }, arrays);
}

/** @throws StriateError when the bytes are cut off */
export function readEmbed(bytes: Uint8Array): EmbedPart {
  const { data, arrays } = unpack(bytes);
  return { ...(data as Omit<EmbedPart, "vectors">), ...arrays } as EmbedPart;
}
