import { StriateError } from "../base/errors.ts";
import { type Field, describe } from "../base/fields.ts";

/** How much is added or cut at the start and the end of an axis. */
export type Sides = readonly [start: number, end: number];

/**
 * The `padding` and `cropping` of Keras: one pair `[start, end]` for each spatial axis. A single number
 * stands for all sides, a number in the place of a pair for both sides of its axis.
 */
export function sidesField(
  rank: number,
  fallback: number,
): Field<readonly Sides[]> & { readonly required: false } {
  const parse = (value: unknown): readonly Sides[] => {
    // The one axis of a sequence has its pair without a list around it.
    const pairs =
      rank === 1 && !(Array.isArray(value) && Array.isArray(value[0]))
        ? [value]
        : typeof value === "number"
          ? new Array<unknown>(rank).fill(value)
          : value;
    if (!Array.isArray(pairs) || pairs.length !== rank)
      throw new StriateError(`expected ${rank} pairs of whole numbers, got ${describe(value)}`);
    return pairs.map((pair) => {
      const [start, end] = Array.isArray(pair) && pair.length === 2 ? pair : [pair, pair];
      if (![start, end].every((n) => Number.isInteger(n) && (n as number) >= 0))
        throw new StriateError(`expected whole numbers of at least 0, got ${describe(value)}`);
      return [start as number, end as number] as const;
    });
  };
  return { kind: "json", required: false, fallback: parse(fallback), parse };
}
