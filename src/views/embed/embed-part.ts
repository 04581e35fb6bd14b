import type { ByteSource } from "../../base/byte-source.ts";
import { pushAll } from "../../base/extremes.ts";
import { PackedTexts } from "../../base/packed-texts.ts";
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
  readonly names: PackedTexts;
  readonly splits: PackedTexts;
  readonly skipped: readonly SkippedFile[];
}

export function mergeEmbed(a: EmbedPart, b: EmbedPart): EmbedPart {
  return {
    vectors: stackedVectors([a.vectors, b.vectors]),
    photos: joined(Uint32Array, a.photos, b.photos),
    classes: joined(Int32Array, a.classes, b.classes),
    names: PackedTexts.joined([a.names, b.names]),
    splits: PackedTexts.joined([a.splits, b.splits]),
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
  const [names, splits] = [[] as PackedTexts[], [] as PackedTexts[]];
  const skipped: SkippedFile[] = [];
  return {
    add(part) {
      tables.push(part.vectors);
      photos.set(part.photos, count);
      classes.set(part.classes, count);
      count += part.photos.length;
      names.push(part.names);
      splits.push(part.splits);
      pushAll(skipped, part.skipped);
    },
    whole: () =>
      tables.length === 0
        ? undefined
        : {
            vectors: stackedVectors(tables),
            photos: photos.subarray(0, count),
            classes: classes.subarray(0, count),
            names: PackedTexts.joined(names),
            splits: PackedTexts.joined(splits),
            skipped,
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
  return pack({ width, names: [...names], splits: [...splits], skipped }, arrays);
}

/**
 * The vectors stay where they are.
 *
 * @throws StriateError when the bytes are cut off
 */
export function readEmbed(bytes: Uint8Array, kept: ByteSource = bytes): EmbedPart {
  const { data, arrays, places } = unpack(bytes, ["vectors"]);
  const { width, names, splits, skipped } = data as Listed;
  const { at, count } = places["vectors"]!;
  return {
    vectors: vectorsAt(kept, at, width > 0 ? count / width : 0, width),
    photos: arrays["photos"] as Uint32Array,
    classes: arrays["classes"] as Int32Array,
    names: PackedTexts.of(names),
    splits: PackedTexts.of(splits),
    skipped,
  };
}

/** What of a part is written as JSON. */
interface Listed {
  readonly width: number;
  readonly names: readonly string[];
  readonly splits: readonly string[];
  readonly skipped: readonly SkippedFile[];
}
