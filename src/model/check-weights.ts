import { StriateError } from "../base/errors.ts";
import type { Network } from "./network.ts";

/**
 * Throws when a weight holds a number that is not finite: whatever such a network says of a photo is
 * not its opinion of the photo.
 *
 * @throws StriateError naming the first such weight, and how many of its numbers are concerned
 */
export function checkFiniteWeights(network: Network): void {
  for (const [address, weight] of network.weights) {
    const value = network.graph.initializers.get(weight.value);
    if (value?.type !== "float32" && value?.type !== "float64") continue;
    const numbers = value.data as Float32Array;
    let bad = 0;
    // The difference of a finite number with itself is zero; this is the fastest test there is.
    for (let i = 0; i < numbers.length; i++) if (numbers[i]! - numbers[i]! !== 0) bad++;
    if (bad > 0)
      throw new StriateError(
        `${network.origin.file ?? network.name}: weight "${address}" holds ${bad} of ${numbers.length} ` +
          "numbers that are NaN or infinite: the training diverged, or the file is damaged; take an earlier checkpoint",
      );
  }
}
