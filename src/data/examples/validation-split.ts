import { StriateError } from "../../base/errors.ts";

/**
 * How many rows `fit(validation_split=fraction)` trains on and validates with: the first
 * `floor(n * (1 - fraction))` rows as they are given train, the rest validate. Shuffling comes after,
 * and among the training rows only.
 *
 * Source: Keras 3, `train_validation_split`, in doubles: 10 rows at 0.9 leave no row to train on.
 *
 * @param n rows
 * @param fraction between 0 and 1, both excluded
 * @throws StriateError when one of the two parts would be empty
 */
export function validationSplit(
  n: number,
  fraction: number,
): { readonly train: number; readonly validation: number } {
  if (!(fraction > 0 && fraction < 1))
    throw new StriateError(`validation split ${fraction} is not between 0 and 1`);
  const train = Math.floor(n * (1 - fraction));
  if (train === 0 || train === n)
    throw new StriateError(
      `a validation split of ${fraction} over ${n} examples leaves no example ` +
        `to ${train === 0 ? "train on" : "validate with"}: use another fraction or more examples`,
    );
  return { train, validation: n - train };
}
