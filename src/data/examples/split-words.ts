import { StriateError } from "../../base/errors.ts";
import { nearestNames } from "../../base/names.ts";

/** A part of a split: examples `from` (inclusive) to `to` (exclusive) of it. */
export interface SplitSlice {
  readonly split: string;
  readonly from: number;
  readonly to: number;
}

const part = /^(?<split>[\w-]+)(?:\[(?<from>-?\d+)?(?<fromUnit>%)?:(?<to>-?\d+)?(?<toUnit>%)?\])?$/;

/**
 * Reads a split as TensorFlow Datasets writes it: `train`, `train[:80%]`, `train[80%:]`,
 * `train[100:200]`, `train[-10%:]`, sums such as `train[:10%]+train[80%:]`, and `all`.
 *
 * Source: tensorflow_datasets' split API. A percentage is rounded to the nearest example, halves to
 * even, so that `[:80%]` and `[80%:]` meet; a negative boundary counts from the end.
 *
 * @param sizes the number of examples of each split that there is
 * @throws StriateError when the words mean nothing, no such split is there, or nothing is left
 */
export function resolveSplit(words: string, sizes: ReadonlyMap<string, number>): SplitSlice[] {
  const slices = words.split("+").flatMap((text) => resolvePart(text.trim(), sizes));
  if (slices.every((slice) => slice.from >= slice.to))
    throw new StriateError(`split "${words}" holds no examples`);
  return slices.filter((slice) => slice.from < slice.to);
}

function resolvePart(text: string, sizes: ReadonlyMap<string, number>): SplitSlice[] {
  const groups = part.exec(text)?.groups;
  if (!groups || /\[%?:%?\]$/.test(text))
    throw new StriateError(
      `split "${text}" is not understood: write it as train, train[:80%], train[80%:] or train[:1000]`,
    );
  const { split = "", from, to, fromUnit, toUnit } = groups;
  if (split === "all" && !text.includes("[") && !sizes.has("all"))
    return [...sizes].map(([name, size]) => ({ split: name, from: 0, to: size }));
  const size = sizes.get(split);
  if (size === undefined) {
    const near = nearestNames(split, sizes.keys());
    throw new StriateError(`there is no split "${split}"; there are ${near.join(", ")}`);
  }
  if (from !== undefined && to !== undefined && fromUnit !== toUnit)
    throw new StriateError(`split "${text}" mixes percents and counts: use one of them`);
  const percent = (fromUnit ?? toUnit) !== undefined;
  const boundary = (value: string | undefined, otherwise: number) => {
    if (value === undefined) return otherwise;
    const number = Number(value);
    const limit = percent ? 100 : size;
    if (Math.abs(number) > limit)
      throw new StriateError(
        `split "${text}" goes beyond ${percent ? "100%" : `the ${size} examples of "${split}"`}`,
      );
    const count = percent ? roundHalfEven((number * size) / 100) : number;
    return count < 0 ? size + count : count;
  };
  return [{ split, from: boundary(from, 0), to: boundary(to, size) }];
}

/** As Python's `round`. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
