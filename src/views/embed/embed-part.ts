import type { ByteSource } from "../../base/byte-source.ts";
import { pushAll } from "../../base/extremes.ts";
import type { SkippedFile } from "../../data/files/class-folders.ts";
import type { Gathering } from "../../runs/parts.ts";
import { type PackedArray, pack, unpack } from "../../runs/packed.ts";
import { type VectorTable, stackedVectors, vectorsAt } from "./vector-table.ts";

/** Vectors of photos, a row each, in the order of the set. */
export interface EmbedPart {
  readonly vectors: VectorTable;
  /** Numbers of the photos in the set, their classes, and the split that each is of. */
  readonly photos: Uint32Array;
  readonly classes: Int32Array;
  readonly names: readonly string[];
  readonly splits: readonly string[];
  readonly skipped: readonly SkippedFile[];
}

export function mergeEmbed(a: EmbedPart, b: EmbedPart): EmbedPart {
  return {
    vectors: stackedVectors([a.vectors, b.vectors]),
    photos: joined(Uint32Array, a.photos, b.photos),
    classes: joined(Int32Array, a.classes, b.classes),
    names: [...a.names, ...b.names],
    splits: [...a.splits, ...b.splits],
    skipped: [...a.skipped, ...b.skipped],
  };
}

function joined<T extends Uint32Array | Int32Array>(
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

/** The same of all photos: nothing is copied again and again. */
export function gatherEmbed(most: number): Gathering<EmbedPart> {
  let count = 0;
  const tables: VectorTable[] = [];
  // bounded: by the photos of the set, as is all that follows
  const [photos, classes] = [new Uint32Array(most), new Int32Array(most)];
  const lists = { names: [] as string[], splits: [] as string[], skipped: [] as SkippedFile[] };
  return {
    add(part) {
      tables.push(part.vectors);
      photos.set(part.photos, count);
      classes.set(part.classes, count);
      count += part.photos.length;
      pushAll(lists.names, part.names);
      pushAll(lists.splits, part.splits);
      pushAll(lists.skipped, part.skipped);
    },
    whole: () =>
      tables.length === 0
        ? undefined
        : {
            vectors: stackedVectors(tables),
            photos: photos.subarray(0, count),
            classes: classes.subarray(0, count),
            ...lists,
          },
  };
}

export function writeEmbed({ names, splits, skipped, ...part }: EmbedPart): Uint8Array {
  const { width, rows } = part.vectors;
  const arrays: Record<string, PackedArray> = {
    vectors: part.vectors.block(0, rows),
    photos: part.photos,
    classes: part.classes,
  };
  return pack({ width, names, splits, skipped }, arrays);
}

/**
 * The vectors stay where they are.
 *
 * @throws StriateError when the bytes are cut off
 */
export function readEmbed(bytes: Uint8Array, kept: ByteSource = bytes): EmbedPart {
  const { data, arrays, places } = unpack(bytes, ["vectors"]);
  const { width, ...lists } = data as Omit<EmbedPart, "vectors"> & { width: number };
  const { at, count } = places["vectors"]!;
  const vectors = vectorsAt(kept, at, width > 0 ? count / width : 0, width);
  return { ...lists, ...arrays, vectors } as EmbedPart;
}
