import type { SkippedFile } from "../../data/files/class-folders.ts";
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
