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
  write(part: P): Uint8Array;
  /** @throws StriateError when the bytes are not those of {@link write} */
  read(bytes: Uint8Array): P;
}

/** All parts as one, in their order; each is read when its turn comes, and none is kept. */
export async function mergeAll<P>(
  { merge, read }: Parts<P>,
  parts: AsyncIterable<Uint8Array>,
): Promise<P | undefined> {
  let all: P | undefined;
  for await (const bytes of parts) {
    const part = read(bytes);
    all = all === undefined ? part : merge(all, part);
  }
  return all;
}
