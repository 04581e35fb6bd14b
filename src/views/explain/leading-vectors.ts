import { checkedLength } from "../../base/checked-length.ts";
import { dot } from "../../base/dot.ts";
import { orthonormalise } from "../orthonormal.ts";

/** The largest singular values of a matrix and what belongs to them on its left and right. */
export interface LeadingVectors {
  /** Largest first. */
  readonly values: Float64Array;
  /** The matrix times the first right singular vector: one number a row. */
  readonly projection: Float64Array;
}

/**
 * The first singular values and the projection on the first right singular vector, by subspace iteration
 * on the smaller of the two Gram matrices, in doubles.
 *
 * Source: Golub, Van Loan, Matrix Computations, 8.2.4 (orthogonal iteration with Rayleigh-Ritz).
 *
 * @param matrix `rows * columns` numbers, row by row
 */
export function leadingVectors(
  matrix: Float64Array,
  rows: number,
  columns: number,
  count = 4,
): LeadingVectors {
  const byRows = rows < columns;
  const n = byRows ? rows : columns;
  const gram = gramMatrix(matrix, rows, columns, byRows);
  const width = Math.min(n, count + 4);
  // Any start will do that is not orthogonal to what is looked for: cosines are none of it.
  let basis: Float64Array[] = Array.from({ length: width }, (_, j) =>
    Float64Array.from(
      { length: n },
      (_, i) => Math.cos((i + 0.5) * (j + 1) * 1.7) + (i === j ? 1 : 0),
    ),
  );
  let eigenvalues = new Float64Array(width);
  for (let round = 0; round < 500; round++) {
    orthonormalise(basis);
    const images = basis.map((vector) => times(gram, vector, n));
    const ritz = images.map((image, j) => dot(image, basis[j]!));
    const order = ritz.map((_, j) => j).sort((a, b) => ritz[b]! - ritz[a]!);
    const sorted = Float64Array.from(order, (j) => ritz[j]!);
    const change = sorted.reduce(
      (most, value, j) => Math.max(most, Math.abs(value - eigenvalues[j]!)),
      0,
    );
    eigenvalues = sorted;
    basis = order.map((j) => images[j]!);
    if (change <= 1e-13 * (sorted[0] ?? 0)) break;
  }
  orthonormalise(basis);
  const [first] = basis as [Float64Array];
  const values = eigenvalues
    .map((value) => Math.sqrt(Math.max(0, value)))
    .subarray(0, Math.min(count, n));
  // Of the rows' own Gram matrix the vector is the left one, and the projection its multiple.
  const projection = byRows
    ? first.map((value) => value * values[0]!)
    : Float64Array.from({ length: rows }, (_, i) =>
        first.reduce((sum, value, j) => sum + value * matrix[i * columns + j]!, 0),
      );
  return { values, projection };
}

function gramMatrix(
  matrix: Float64Array,
  rows: number,
  columns: number,
  byRows: boolean,
): Float64Array {
  const [n, depth] = byRows ? [rows, columns] : [columns, rows];
  const gram = new Float64Array(checkedLength(n * n, "pairs of channels", 2 ** 27));
  if (byRows) {
    for (let i = 0; i < n; i++)
      for (let j = i; j < n; j++) {
        let sum = 0;
        for (let k = 0; k < depth; k++) sum += matrix[i * columns + k]! * matrix[j * columns + k]!;
        gram[i * n + j] = gram[j * n + i] = sum;
      }
    return gram;
  }
  for (let k = 0; k < depth; k++)
    for (let i = 0; i < n; i++) {
      const value = matrix[k * columns + i]!;
      if (value === 0) continue;
      for (let j = i; j < n; j++) gram[i * n + j]! += value * matrix[k * columns + j]!;
    }
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) gram[i * n + j] = gram[j * n + i]!;
  return gram;
}

function times(gram: Float64Array, vector: Float64Array, n: number): Float64Array {
  // bounded: as large as the vector
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += gram[i * n + j]! * vector[j]!;
    out[i] = sum;
  }
  return out;
}
