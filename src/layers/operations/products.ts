import { StriateError } from "../../base/errors.ts";
import type { KerasShape } from "../define-layer.ts";
import { broadcastShapes } from "../merging/merge.ts";
import { causalMask, maskScores } from "../attention/attention.ts";
import { axisList, plainTensor } from "../symbolic.ts";
import { type Arguments, type Operand, type Operation, type Scope, cast } from "./operation.ts";

const swapLast = (shape: KerasShape): KerasShape => [
  ...shape.slice(0, -2),
  shape.at(-1) ?? null,
  shape.at(-2) ?? null,
];

const matmul: Operation = {
  className: "Matmul",
  functions: ["linalg.matmul", "matmul", "__operators__.matmul"],
  parameters: ["x1|a", "x2|b", "transpose_a", "transpose_b"],
  write(scope, args) {
    const { b } = scope;
    const [left, right] = [
      ["x1", "transpose_a"],
      ["x2", "transpose_b"],
    ].map(([name, flag]) => {
      const x = cast(b, args.tensor(name!), "float32");
      if (x.shape.length < 2)
        throw new StriateError("multiplies a vector by a matrix, which is not supported");
      const value = scope.plain(x);
      if (!args.flag(flag!)) return { value, shape: x.shape };
      const rank = x.shape.length;
      const perm = [...x.shape.slice(0, -2).map((_, axis) => axis), rank - 1, rank - 2];
      return { value: b.op("Transpose", [value], { perm }), shape: swapLast(x.shape) };
    });
    const batch = broadcastShapes(left!.shape.slice(0, -2), right!.shape.slice(0, -2));
    const shape = [...batch, left!.shape.at(-2) ?? null, right!.shape.at(-1) ?? null];
    return plainTensor(b.op("MatMul", [left!.value, right!.value]), shape);
  },
};

const einsum: Operation = {
  className: "Einsum",
  parameters: ["a", "c", "d", "subscripts"],
  write(scope, args) {
    const equation = args.word("subscripts", "").replace(/\s/g, "");
    const [from = "", to] = equation.split("->");
    const terms = from.split(",");
    if (to === undefined || equation.includes("."))
      throw new StriateError(`einsum "${equation}" is not supported: it needs "->" and no "..."`);
    const operands = ["a", "c", "d"].slice(0, terms.length).map((name) => args.tensor(name));
    const lengths = new Map<string, number | null>();
    terms.forEach((term, k) => {
      [...term].forEach((letter, i) => {
        const length = operands[k]!.shape[i] ?? null;
        if (!lengths.has(letter) || lengths.get(letter) === null) lengths.set(letter, length);
      });
    });
    const values = operands.map((x) => scope.plain(x));
    const shape = [...to].map((letter) => lengths.get(letter) ?? null);
    return plainTensor(scope.b.op("Einsum", values, { equation }), shape);
  },
};

const letters = "abcdefghijklmnopqrstuvwxyz";

/** Sums of products over the axes that the two tensors share. */
function contract(scope: Scope, tensors: readonly Operand[], over: readonly [number, number][]) {
  const { b } = scope;
  const [left, right] = tensors.map((x) => cast(b, x, "float32")) as [Operand, Operand];
  const first = [...letters.slice(0, left.shape.length)];
  const second = right.shape.map((_, axis) => letters[left.shape.length + axis]!);
  for (const [mine, other] of over) second[other] = first[mine]!;
  const shared = new Set(over.map(([mine]) => first[mine]!));
  const kept = [...first, ...second].filter((letter) => !shared.has(letter));
  const length = (letter: string) =>
    first.includes(letter)
      ? left.shape[first.indexOf(letter)]!
      : right.shape[second.indexOf(letter)]!;
  const equation = `${first.join("")},${second.join("")}->${kept.join("")}`;
  const value = b.op("Einsum", [scope.plain(left), scope.plain(right)], { equation });
  return plainTensor(value, kept.map(length));
}

const pair = (args: Arguments) => [args.tensor("x1"), args.tensor("x2")] as const;

const dot: Operation = {
  className: "Dot",
  parameters: ["x1", "x2"],
  write(scope, args) {
    const [left, right] = pair(args);
    const last = left.shape.length - 1;
    return contract(scope, [left, right], [[last, Math.max(right.shape.length - 2, 0)]]);
  },
};

const inner: Operation = {
  className: "Inner",
  parameters: ["x1", "x2"],
  write(scope, args) {
    const [left, right] = pair(args);
    return contract(scope, [left, right], [[left.shape.length - 1, right.shape.length - 1]]);
  },
};

const tensordot: Operation = {
  className: "Tensordot",
  functions: ["tensordot"],
  parameters: ["x1|a", "x2|b", "axes"],
  write(scope, args) {
    const [left, right] = pair(args);
    const axes = args.raw("axes") ?? 2;
    if (typeof axes === "number") {
      const start = left.shape.length - axes;
      const over = right.shape.slice(0, axes).map((_, i): [number, number] => [start + i, i]);
      return contract(scope, [left, right], over);
    }
    const [mine, other] = (axes as unknown[]).map((list, i) =>
      axisList(list, (i === 0 ? left : right).shape.length),
    );
    const over = mine!.map((axis, i): [number, number] => [axis, other![i]!]);
    return contract(scope, [left, right], over);
  },
};

/**
 * Query `(N, T, heads, D)`, key and value `(N, S, heads, D)`.
 *
 * Source: https://keras.io/api/ops/nn/
 */
const dotProductAttention: Operation = {
  className: "DotProductAttention",
  parameters: [
    "query",
    "key",
    "value",
    "bias",
    "mask",
    "scale",
    "is_causal",
    "attn_logits_soft_cap",
  ],
  write(scope, args) {
    const { b } = scope;
    if (args.has("attn_logits_soft_cap"))
      throw new StriateError("caps the scores of its attention, which is not supported");
    const [query, key, value] = ["query", "key", "value"].map((name) => args.tensor(name));
    const scale = args.has("scale") ? args.number("scale") : Number(query!.shape.at(-1)) ** -0.5;
    if (!Number.isFinite(scale)) throw new StriateError("the length of its queries is not known");
    const turned = (x: Operand, perm: number[]) =>
      b.op("Transpose", [scope.plain(cast(b, x, "float32"))], { perm });
    const raw = b.op("MatMul", [turned(query!, [0, 2, 1, 3]), turned(key!, [0, 2, 3, 1])]);
    const scaled = b.op("Mul", [raw, b.f32(scale)]);
    const biased = args.has("bias")
      ? b.op("Add", [scaled, scope.plain(cast(b, args.tensor("bias"), "float32"))])
      : scaled;
    const masks = [
      ...(args.has("mask") ? [scope.plain(cast(b, args.tensor("mask"), "bool"))] : []),
      ...(args.flag("is_causal") ? [causalMask(b, biased)] : []),
    ];
    const weights = b.op("Softmax", [maskScores(b, biased, masks)], { axis: -1 });
    const seen = b.op("MatMul", [weights, turned(value!, [0, 2, 1, 3])]);
    const result = b.op("Transpose", [seen], { perm: [0, 2, 1, 3] });
    return plainTensor(result, [...query!.shape.slice(0, -1), value!.shape.at(-1) ?? null]);
  },
};

export const products: Operation[] = [matmul, einsum, dot, inner, tensordot, dotProductAttention];
