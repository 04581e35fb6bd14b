import { StriateError } from "../../base/errors.ts";
import { type Field, describe } from "../../base/fields.ts";

/** How much is added or cut at the start and the end of an axis. */
export type Sides = readonly [start: number, end: number];

/**
 * The `padding` and `cropping` of Keras: one pair `[start, end]` for each spatial axis. A single number
 * stands for all sides, a number in the place of a pair for both sides of its axis. The one axis of a
 * sequence has its pair without a list around it, in files too: {@link sidesOf} gives the list.
 */
export function sidesField(
  rank: number,
  fallback: number,
): Field<Sides | readonly Sides[]> & { readonly required: false } {
  const parse = (value: unknown): Sides | readonly Sides[] => {
    if (rank === 1) return parsePair(value);
    const pairs = typeof value === "number" ? new Array<unknown>(rank).fill(value) : value;
    if (!Array.isArray(pairs) || pairs.length !== rank)
      throw new StriateError(`expected ${rank} pairs of whole numbers, got ${describe(value)}`);
    return pairs.map(parsePair);
  };
  return { kind: "json", required: false, fallback: parse(fallback), parse };
}

function parsePair(value: unknown): Sides {
  const pair = (Array.isArray(value) ? value : [value, value]) as unknown[];
  if (pair.length !== 2 || !pair.every((n) => Number.isInteger(n) && (n as number) >= 0))
    throw new StriateError(`expected two whole numbers of at least 0, got ${describe(value)}`);
  return [pair[0] as number, pair[1] as number];
}

/** One pair for each spatial axis. */
export function sidesOf(value: Sides | readonly Sides[]): readonly Sides[] {
  return typeof value[0] === "number" ? [value as Sides] : (value as readonly Sides[]);
}
