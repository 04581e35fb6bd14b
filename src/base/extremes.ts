// A list of any length: the arguments of a call, which `Math.max(...values)` and `push(...items)` make of it, are
// some 100,000 at most.

/** The largest of some numbers; -Infinity where there is none, NaN where one is none. */
export function largest(values: Iterable<number>): number {
  let best = -Infinity;
  for (const value of values) best = Math.max(best, value);
  return best;
}

/** The smallest of some numbers; Infinity where there is none, NaN where one is none. */
export function smallest(values: Iterable<number>): number {
  let best = Infinity;
  for (const value of values) best = Math.min(best, value);
  return best;
}

/** Puts items behind those of a list. */
export function pushAll<T>(list: T[], items: Iterable<T>): void {
  for (const item of items) list.push(item);
}
