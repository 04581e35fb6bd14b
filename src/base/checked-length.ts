import { StriateError } from "./errors.ts";

/** No list that a layer of a network needs is longer; as numbers it takes some 130 MB. */
const longestList = 2 ** 24;

/**
 * A number of a file, or worked out from one, that becomes the length of something that is made.
 *
 * @param what in the plural, for the message: `outputs`, `windows`
 * @param most the largest that makes sense
 * @throws StriateError when it is no length, or larger than any that makes sense
 */
export function checkedLength(length: number, what: string, most = longestList): number {
  if (Number.isInteger(length) && length >= 0 && length <= most) return length;
  throw new StriateError(
    Number.isInteger(length) && length > most
      ? `${length} ${what} are more than can be (at most ${most})`
      : `${length} is no number of ${what}`,
  );
}
