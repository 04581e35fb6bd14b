/**
 * Runs `work` on the items with up to `width` of them under way at once, and gives the results in the
 * order of the items. What was begun is awaited, not abandoned, when the consumer stops early.
 */
export async function* inOrder<T, R>(
  items: Iterable<T>,
  width: number,
  work: (item: T) => R | Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const running: Promise<R>[] = [];
  try {
    for (const item of items) {
      running.push(Promise.resolve(work(item)));
      // A failure is met when its turn comes; until then it must not count as unhandled.
      running.at(-1)!.catch(() => undefined);
      if (running.length >= width) yield await running.shift()!;
    }
    while (running.length > 0) yield await running.shift()!;
  } finally {
    await Promise.allSettled(running);
  }
}
