import { meanOf } from "./principal.ts";
import type { Neighbours } from "./neighbours.ts";

/** Two photos that are nearly the same to the network. Rows of the vectors. */
export interface AlikePair {
  readonly a: number;
  readonly b: number;
  /** The cosine of their vectors less the mean of all. */
  readonly cosine: number;
}

/** Pairs of neighbours whose cosine is at least `from`; the most alike first. */
export function alikePairs(
  vectors: Float32Array,
  width: number,
  { rows, count }: Neighbours,
  from: number,
): AlikePair[] {
  const mean = meanOf(vectors, width);
  const pairs = new Map<string, AlikePair>();
  for (let row = 0; row < rows.length / count; row++)
    for (let i = 0; i < count; i++) {
      const other = rows[row * count + i]!;
      const [a, b] = row < other ? [row, other] : [other, row];
      const key = `${a} ${b}`;
      if (pairs.has(key)) continue;
      const cosine = cosineOf(vectors, mean, a, b);
      if (cosine >= from) pairs.set(key, { a, b, cosine });
    }
  return [...pairs.values()].sort((p, q) => q.cosine - p.cosine || p.a - q.a || p.b - q.b);
}

function cosineOf(vectors: Float32Array, mean: Float64Array, a: number, b: number): number {
  const { length: width } = mean;
  let [product, one, other] = [0, 0, 0];
  for (let i = 0; i < width; i++) {
    const x = Math.fround(vectors[a * width + i]! - mean[i]!);
    const y = Math.fround(vectors[b * width + i]! - mean[i]!);
    product += x * y;
    one += x * x;
    other += y * y;
  }
  if (one === 0 && other === 0) return 1;
  return one > 0 && other > 0 ? product / Math.sqrt(one * other) : 0;
}

/** How far each photo is from its neighbours: the mean distance. Those far from all are outliers. */
export const loneliness = ({ distances, count }: Neighbours): Float64Array =>
  Float64Array.from({ length: distances.length / count }, (_, row) => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += distances[row * count + i]!;
    return sum / count;
  });
