import { float } from "../../graph/attributes.ts";
import type { Shape } from "../../base/shape.ts";
import { type Sample, uniform } from "../samples.ts";

const product = (a: Shape, b: Shape): Sample => ({
  op: "MatMul",
  title: `[${a.join()}] x [${b.join()}]`,
  inputs: [uniform(a, -1, 1, 1), uniform(b, -1, 1, 2)],
});

const gemm = (transA: number, transB: number): Sample => ({
  op: "Gemm",
  title: `transA ${transA}, transB ${transB}`,
  attributes: { transA, transB, alpha: float(0.7), beta: float(1.3) },
  inputs: [
    uniform(transA ? [3, 2] : [2, 3], -1, 1, 1),
    uniform(transB ? [4, 3] : [3, 4], -1, 1, 2),
    uniform([4], -1, 1, 3),
  ],
});

const einsum = (equation: string, ...shapes: Shape[]): Sample => ({
  op: "Einsum",
  title: equation,
  attributes: { equation },
  inputs: shapes.map((shape, i) => uniform(shape, -1, 1, i + 1)),
});

export const matmulSamples: readonly Sample[] = [
  product([2, 3], [3, 4]),
  product([2, 2, 3], [2, 3, 2]),
  product([2, 2, 3], [3, 2]),
  product([2, 3], [2, 3, 2]),
  product([2, 1, 2, 3], [3, 3, 2]),
  product([3], [3]),
  product([3], [3, 2]),
  product([2, 3], [3]),
  product([3], [2, 3, 2]),
  product([2, 2, 3], [3]),
  gemm(0, 0),
  gemm(0, 1),
  gemm(1, 0),
  gemm(1, 1),
  { op: "Gemm", title: "no bias", inputs: [uniform([2, 3]), uniform([3, 2], -1, 1, 2)] },
  {
    op: "Gemm",
    title: "a bias for each row",
    inputs: [uniform([2, 3]), uniform([3, 2], -1, 1, 2), uniform([2, 1])],
  },
  einsum("ij,jk->ik", [2, 3], [3, 2]),
  einsum("bij,bjk->bik", [2, 2, 3], [2, 3, 2]),
  einsum("ij->ji", [2, 3]),
  einsum("ij->i", [2, 3]),
  einsum("i,j,k->kj", [2], [3], [2]),
  einsum("bhqd,bhkd->bhqk", [1, 2, 2, 3], [1, 2, 3, 3]),
];
