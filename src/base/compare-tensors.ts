import { StriateError } from "./errors.ts";
import { formatShape, sameShape } from "./shape.ts";
import { type Tensor, toFloat32 } from "./tensor.ts";

/** How two tensors of one shape differ. */
export interface Comparison {
  /** Largest absolute difference; NaN where one of them is not a number and the other is. */
  largest: number;
  /** Largest absolute value of the first, which the difference is to be measured by. */
  magnitude: number;
  /** Cosine of the angle between them as vectors: 1 where they are the same but for a factor. */
  cosine: number;
}

/**
 * Compares two tensors, element by element. Where both are infinite or not a number in the same way
 * they agree.
 *
 * @throws StriateError when their shapes differ
 */
export function compareTensors(first: Tensor, second: Tensor): Comparison {
  if (!sameShape(first.shape, second.shape))
    throw new StriateError(
      `shapes ${formatShape(first.shape)} and ${formatShape(second.shape)} cannot be compared`,
    );
  const a = toFloat32(first).data;
  const b = toFloat32(second).data;
  let largest = 0;
  let magnitude = 0;
  let [aa, bb, ab] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const x = a[i]!;
    const y = b[i]!;
    if (Object.is(x, y) || x === y) {
      if (!Number.isFinite(x)) continue;
    } else {
      const difference = Math.abs(x - y);
      if (!(difference <= largest)) largest = Number.isNaN(largest) ? largest : difference;
    }
    const size = Math.abs(x);
    if (size > magnitude) magnitude = size;
    aa += x * x;
    bb += y * y;
    ab += x * y;
  }
  // Two vectors of zeros point the same way.
  const cosine = aa === 0 && bb === 0 ? 1 : ab / Math.sqrt(aa * bb);
  return { largest, magnitude, cosine: Math.max(-1, Math.min(1, cosine)) };
}

/** The difference as a share of the values' size; of what is zero throughout, the difference itself. */
export const relativeDifference = ({ largest, magnitude }: Omit<Comparison, "cosine">): number =>
  magnitude > 0 ? largest / magnitude : largest;
