import { StriateError } from "../../base/errors.ts";
import { formatShape } from "../../base/shape.ts";
import type { Dim } from "../../graph/graph.ts";
import {
  attr,
  defineOp,
  type GradientContext,
  type OpDefinition,
  type ShapeContext,
} from "../define-op.ts";
import { broadcastDims, type Dims } from "../facts/dims.ts";
import type { Formula } from "../facts/formula.ts";
import { attribute, float } from "../../graph/attributes.ts";
import { type CostContext, forEach } from "../facts/multiply-adds.ts";
import { mixesAll } from "../facts/pointwise.ts";
import { type RowContext, type RowResult, elementwiseRows } from "../facts/rows.ts";
import type { Sight, SightContext } from "../facts/sight.ts";

// Matrix products.

export const matmulOps: readonly OpDefinition[] = [
  defineOp({
    type: "MatMul",
    role: "dense",
    weights: ["kernel", "kernel"],
    rows: { rule: matmulRows },
    sees: matmulSight,
    multiplyAdds: (c) => forEach(c.outputLengths(0), c.lengths(0)?.slice(-1)),
    shape: ({ shape, type }) => [{ type: type(0), shape: matmulDims(shape(0), shape(1)) }],
    gradient: matmulGradient,
  }),
  defineOp({
    type: "MatMulInteger",
    role: "dense",
    weights: ["kernel", "kernel"],
    rows: "whole",
    sees: matmulSight,
    multiplyAdds: (c) => forEach(c.outputLengths(0), c.lengths(0)?.slice(-1)),
    shape: ({ shape }) => [{ type: "int32", shape: matmulDims(shape(0), shape(1)) }],
    gradient: "unsupported",
  }),

  // Y = alpha A' B' + beta C, where ' is a transposition or nothing
  defineOp({
    type: "Gemm",
    role: "dense",
    weights: ["kernel", "kernel", "bias"],
    rows: { rule: gemmRows },
    sees: "all",
    multiplyAdds: gemmCost,
    attributes: {
      alpha: attr.float(1),
      beta: attr.float(1),
      transA: attr.int(0),
      transB: attr.int(0),
    },
    shape({ attributes: { transA, transB }, shape, type }) {
      const a = matrix(shape(0), transA, "A");
      const b = matrix(shape(1), transB, "B");
      agree(a[1], b[0], shape(0), shape(1));
      return [{ type: type(0), shape: [a[0], b[1]] }];
    },
    // dA' = alpha dY B'^T, dB' = alpha A'^T dY, dC = beta dY
    gradient({ b, f, grad: g, inputs: [A, B], attributes: { alpha, beta, transA, transB } }) {
      const gemm = (left: string, transLeft: number, right: string, transRight: number) =>
        b.op("Gemm", [left, right], {
          alpha: alpha === 1 ? undefined : float(alpha),
          transA: transLeft ? 1 : undefined,
          transB: transRight ? 1 : undefined,
        });
      return [
        transA ? gemm(B!, transB, g, 1) : gemm(g, 0, B!, transB ? 0 : 1),
        transB ? gemm(g, 1, A!, transA) : gemm(A!, transA ? 0 : 1, g, 0),
        beta === 1 ? g : f.mul(g, beta),
      ];
    },
  }),

  defineOp({
    type: "Einsum",
    ...mixesAll,
    role: "arithmetic",
    multiplyAdds: einsumCost,
    attributes: { equation: attr.string("") },
    shape: einsumShape,
    gradient: einsumGradient,
  }),
];

function matrix(shape: Dims, transposed: number, name: string): readonly [Dim, Dim] {
  if (shape === null) return [null, null];
  if (shape.length !== 2)
    throw new StriateError(`${name} should be a matrix, got shape ${formatShape(shape)}`);
  return transposed ? [shape[1]!, shape[0]!] : [shape[0]!, shape[1]!];
}

function agree(columns: Dim, rows: Dim, a: Dims, b: Dims): void {
  if (typeof columns === "number" && typeof rows === "number" && columns !== rows)
    throw new StriateError(
      `a product of ${formatShape(a!)} and ${formatShape(b!)}: the left side has ${columns} columns, the right side ${rows} rows`,
    );
}

/** The shape of `np.matmul(a, b)`. */
export function matmulDims(a: Dims, b: Dims): Dims {
  if (a === null || b === null) return null;
  if (a.length === 0 || b.length === 0) throw new StriateError("a matrix product of a scalar");
  const left = a.length === 1 ? [1, a[0]!] : a;
  const right = b.length === 1 ? [b[0]!, 1] : b;
  agree(left.at(-1)!, right.at(-2)!, a, b);
  return [
    ...broadcastDims([left.slice(0, -2), right.slice(0, -2)])!,
    ...(a.length === 1 ? [] : [left.at(-2)!]),
    ...(b.length === 1 ? [] : [right.at(-1)!]),
  ];
}

/**
 * Y = A B: dA = dY B^T, dB = A^T dY. The walk sums over axes that were broadcast, except where B is
 * one matrix for a whole batch: then the batch is folded into the rows of a single product.
 */
function matmulGradient({ f, b, grad, inputs, shape, outputShape }: GradientContext<unknown>) {
  const [a, w] = [shape(0), shape(1)];
  // A vector is a matrix of one row or column, which the result then lacks.
  const left = a.length === 1 ? [1, a[0]!] : a;
  const right = w.length === 1 ? [w[0]!, 1] : w;
  const A = a.length === 1 ? f.reshape(inputs[0]!, left) : inputs[0]!;
  const B = w.length === 1 ? f.reshape(inputs[1]!, right) : inputs[1]!;
  const lacking = (a.length === 1 ? 1 : 0) + (w.length === 1 ? 1 : 0);
  const batch = outputShape(0).slice(0, outputShape(0).length - 2 + lacking);
  const [rows, inner, columns] = [left.at(-2)!, left.at(-1)!, right.at(-1)!];
  const g = lacking > 0 ? f.reshape(grad, [...batch, rows, columns]) : grad;

  const dA = f.matmul(g, transposed(f, B, right.length));
  const dB =
    right.length === 2 && batch.length > 0
      ? b.op("Gemm", [f.reshape(A, [-1, inner]), f.reshape(g, [-1, columns])], { transA: 1 })
      : f.matmul(transposed(f, A, left.length), g);
  return [
    a.length === 1 ? f.reshape(f.sum(dA, [...batch.keys()], false), a) : dA,
    w.length === 1 ? f.reshape(dB, w) : dB,
  ];
}

/** The last two axes exchanged. */
function transposed(f: Formula, value: string, rank: number): string {
  const batch = Array.from({ length: rank - 2 }, (_, axis) => axis);
  return f.transpose(value, [...batch, rank - 1, rank - 2]);
}

/** The terms of an einsum equation: the letters of each operand and of the result. */
function parseEquation(equation: string): { operands: string[]; result: string } {
  const [left, right] = equation.replaceAll(" ", "").split("->");
  const operands = left!.split(",");
  const letters = operands.join("");
  // Without an arrow the result has the letters that occur once, in alphabetical order.
  const once = [...new Set(letters)].filter((c) => letters.split(c).length === 2);
  return { operands, result: right ?? once.sort().join("") };
}

function einsumShape({ attributes, node, shape, type }: ShapeContext<{ equation: string }>) {
  const { operands, result } = parseEquation(attributes.equation);
  if (attributes.equation.includes(".")) return [{ type: type(0), shape: null }];
  const lengths = new Map<string, Dim>();
  for (const [i, letters] of operands.entries()) {
    const dims = i < node.inputs.length ? shape(i) : null;
    if (dims !== null && dims.length !== letters.length)
      throw new StriateError(
        `operand ${i} of "${attributes.equation}" should have ${letters.length} axes, got shape ${formatShape(dims)}`,
      );
    for (const [axis, letter] of [...letters].entries()) {
      const length = dims?.[axis] ?? null;
      const known = lengths.get(letter);
      if (known === undefined || known === null || known === 1) lengths.set(letter, length);
    }
  }
  return [{ type: type(0), shape: [...result].map((letter) => lengths.get(letter) ?? null) }];
}

/**
 * Each operand's gradient is the einsum of dY and all other operands, with the operand's letters as
 * the result. A letter that stands in that operand alone was summed: there the gradient is repeated.
 */
function einsumGradient({
  attributes,
  b,
  f,
  grad,
  inputs,
  shape,
}: GradientContext<{ equation: string }>) {
  const { equation } = attributes;
  const { operands, result } = parseEquation(equation);
  if (equation.includes(".") || operands.some((letters) => new Set(letters).size < letters.length))
    throw new StriateError(
      `no gradient for the equation "${equation}": an ellipsis or a diagonal is not supported`,
    );
  return operands.map((letters, i) => {
    const others = operands.filter((_, other) => other !== i);
    const sources = [result, ...others];
    const reached = [...letters].filter((letter) => sources.some((s) => s.includes(letter)));
    const product = b.op("Einsum", [grad, ...inputs.filter((_, other) => other !== i)], {
      equation: `${sources.join(",")}->${reached.join("")}`,
    });
    if (reached.length === letters.length) return product;
    const lengths = [...letters].map((letter, axis) =>
      reached.includes(letter) ? shape(i)[axis]! : 1,
    );
    return f.expand(f.reshape(product, lengths), shape(i));
  });
}

/** Y = A' B' + C: rows of A' stay, rows on the inner axis of both are summed over. */
function gemmRows(c: RowContext): RowResult {
  const side = (i: number, name: string) => {
    const rows = c.rows(i);
    if (rows === null) return null;
    return attribute(c.node, name, "int", 0) !== 0 ? 1 - rows.axis : rows.axis;
  };
  const [a, b] = [side(0, "transA"), side(1, "transB")];
  const addend = c.node.inputs[2] ? c.shape(2) : undefined;
  const rowwise = addend === undefined || (addend.length === 2 ? addend[0] : 1) === 1;
  if (c.rows(2) !== null) return null;
  if (a === 0 && b === null && rowwise) return [{ axis: 0, each: c.rows(0)!.each }];
  const isSum = a === 1 && b === 0 && c.rows(0)!.each === c.rows(1)!.each;
  return isSum && addend === undefined ? "sum" : null;
}

/** A B: rows in a leading axis or in the rows of A stay, rows on the inner axis of both are summed over. */
function matmulRows(c: RowContext): RowResult {
  const [a, b] = [c.rows(0), c.rows(1)];
  const [rankA, rankB] = [c.shape(0).length, c.shape(1).length];
  const rank = c.outputShape(0).length;
  if (rankA < 2 || rankB < 2 || a?.offset !== undefined) return null;
  if (a && b) {
    const inner = a.axis === rankA - 1 && b.axis === rankB - 2 && a.each === b.each;
    if (inner) return "sum";
  }
  if (a && !b && a.axis === rankA - 2) return [{ axis: rank - 2, each: a.each }];
  const leading = [a && a.axis < rankA - 2, b && b.axis < rankB - 2];
  if (leading.some((is) => is === false)) return null;
  return elementwiseRows({
    ...c,
    // The matrices themselves are not broadcast.
    shape: (i) => [...c.shape(i).slice(0, -2), 1, 1],
    node: { ...c.node, inputs: c.node.inputs.slice(0, 2) },
  });
}

/** A times a matrix of weights mixes the last axis and leaves the others; other products mix all. */
function matmulSight(c: SightContext<unknown>): Sight | undefined {
  const a = c.sees(0);
  if (a === undefined || a === "all" || c.sees(1) !== undefined) return "all";
  if (a.at(-1) || (c.shape(1)?.length ?? 0) !== 2) return "all";
  return a;
}

/** Elements of Y times the length of the inner axis. */
export function gemmCost(c: CostContext<{ transA: number }>): number | null {
  const inner = c.lengths(0)?.[c.attributes.transA ? 0 : 1];
  return forEach(c.outputLengths(0), inner === undefined ? undefined : [inner]);
}

/** One product for each combination of the letters. */
function einsumCost(c: CostContext<{ equation: string }>): number | null {
  const { operands } = parseEquation(c.attributes.equation);
  const lengths = new Map<string, number>();
  for (const [i, letters] of operands.entries())
    for (const [axis, letter] of [...letters].entries()) {
      const length = c.lengths(i)?.[axis];
      if (length === undefined || letter === ".") return null;
      lengths.set(letter, Math.max(length, lengths.get(letter) ?? 1));
    }
  return forEach([...lengths.values()], []);
}
