import { largest } from "./extremes.ts";

/** Shares that add up to 1, from logits of any size: the largest is taken off before the powers. */
export function softmax(logits: ArrayLike<number>): number[] {
  const values = Array.from(logits);
  const highest = largest(values);
  const powers = values.map((each) => Math.exp(each - highest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}
