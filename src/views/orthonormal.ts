import { dot } from "../base/dot.ts";

/** Below this share of a vector what the others leave of it is rounding, and has no direction. */
const rounding = 1e-13;

/** Modified Gram-Schmidt, twice, in place. A vector that the others make up becomes zero. */
export function orthonormalise(vectors: readonly Float64Array[]): void {
  for (let twice = 0; twice < 2; twice++)
    for (const [j, vector] of vectors.entries()) {
      const before = Math.sqrt(dot(vector, vector));
      for (let k = 0; k < j; k++) {
        const share = dot(vector, vectors[k]!);
        for (let i = 0; i < vector.length; i++) vector[i]! -= share * vectors[k]![i]!;
      }
      const length = Math.sqrt(dot(vector, vector));
      for (let i = 0; i < vector.length; i++)
        vector[i] = length > rounding * before ? vector[i]! / length : 0;
    }
}
