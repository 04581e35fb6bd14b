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
    const bad =
      value.type === "float32"
        ? notFinite32(value.data as Float32Array)
        : notFinite64(value.data as Float64Array);
    if (bad > 0)
      throw new StriateError(
        `${network.origin.file ?? network.name}: weight "${address}" holds ${bad} of ${value.data.length} ` +
          "numbers that are NaN or infinite: the training diverged, or the file is damaged; take an earlier checkpoint",
      );
  }
}

/** A number is NaN or infinite where all bits of its exponent are set. To look at the bits is the fastest way. */
function notFinite32({ buffer, byteOffset, length }: Float32Array): number {
  const bits = new Int32Array(buffer, byteOffset, length);
  let bad = 0;
  for (let i = 0; i < length; i++) if ((bits[i]! & 0x7f800000) === 0x7f800000) bad++;
  return bad;
}

function notFinite64(numbers: Float64Array): number {
  let bad = 0;
  for (let i = 0; i < numbers.length; i++) if (!Number.isFinite(numbers[i])) bad++;
  return bad;
}
