/** The lowest and the highest value of something, both finite. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** The smallest range that holds all the given ones; `undefined` entries count for nothing. */
export function combineRanges(ranges: Iterable<Range | undefined>): Range | undefined {
  let low = Infinity;
  let high = -Infinity;
  for (const range of ranges) {
    if (!range) continue;
    low = Math.min(low, range.low);
    high = Math.max(high, range.high);
  }
  return low <= high ? { low, high } : undefined;
}

/** The smallest range with zero in its middle that holds `range`. */
export function symmetricRange(range: Range): Range {
  const reach = Math.max(Math.abs(range.low), Math.abs(range.high));
  return { low: -reach, high: reach };
}

/**
 * Whether values on both sides of zero matter: the smaller side reaches at least a millionth of the
 * larger one. A rounding error below zero does not turn a layer of activations into signed data.
 */
export function isSigned(range: Range): boolean {
  if (!(range.low < 0)) return false;
  if (range.high <= 0) return false;
  const smaller = Math.min(-range.low, range.high);
  return smaller > 1e-6 * Math.max(-range.low, range.high);
}
