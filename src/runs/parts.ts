import type { ByteSource } from "../base/byte-source.ts";
import { namingSync } from "../base/errors.ts";

/**
 * Results of parts of a data set that can be put together. The law: `merge` rounds nothing, so that
 * `merge(merge(a, b), c)` and `merge(a, merge(b, c))` are written as the same bytes, whoever computed the parts,
 * and in whatever order they came.
 *
 * @typeParam P what the photos of one part, or of several neighbours, come to
 */
export interface Parts<P> {
  /** Of two neighbours: the photos of `second` come behind those of `first`. Changes neither. */
  merge(first: P, second: P): P;
  /**
   * A place for all parts of so many photos, in their order, where to merge two by two would copy much. What it
   * gives is what merging gives.
   */
  gather?(photos: number): Gathering<P>;
  write(part: P): Uint8Array;
  /**
   * @param kept the same bytes where they stay: what is large may be read there when it is wanted
   * @param photos those of the part: the first, and the one behind the last
   * @throws StriateError when the bytes are not those of {@link write}, or speak of other photos
   */
  read(bytes: Uint8Array, kept?: ByteSource, photos?: readonly [number, number]): P;
}

/** What {@link Parts.write} made, and the same bytes where they stay: a file. */
export interface StoredPart {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly kept: ByteSource;
  readonly photos: readonly [number, number];
}

/** Takes parts one after the other. */
export interface Gathering<P> {
  add(part: P): void;
  /** Undefined where there was none. */
  whole(): P | undefined;
}

/** Takes the parts of so many photos together. */
export function gathering<P>(
  parts: Pick<Parts<P>, "merge" | "gather">,
  photos: number,
): Gathering<P> {
  if (parts.gather) return parts.gather(photos);
  let all: P | undefined;
  return {
    add: (part) => void (all = all === undefined ? part : parts.merge(all, part)),
    whole: () => all,
  };
}

/** All parts as one, in their order; each is read when its turn comes, and none is kept. */
export async function mergeAll<P>(
  how: Parts<P>,
  parts: AsyncIterable<StoredPart>,
  photos: number,
): Promise<P | undefined> {
  const all = gathering(how, photos);
  for await (const { path, bytes, kept, photos: own } of parts)
    all.add(namingSync(path, () => how.read(bytes, kept, own)));
  return all.whole();
}
