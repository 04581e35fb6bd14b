import type { Random } from "../../base/random.ts";

/**
 * Shuffles a stream through a buffer: fills it with the first `size` items, then gives a random one of
 * them and puts the next in its place. A buffer as large as the stream shuffles it evenly.
 *
 * Source: the law of `tf.data.Dataset.shuffle`; the random numbers are striate's own.
 */
export function* shuffled<T>(
  items: Iterable<T>,
  size: number,
  random: Random,
): Generator<T, void, undefined> {
  const buffer: T[] = [];
  for (const item of items) {
    if (buffer.length < size) {
      buffer.push(item);
      continue;
    }
    const slot = random.integer(size);
    yield buffer[slot]!;
    buffer[slot] = item;
  }
  yield* random.shuffle(buffer);
}
