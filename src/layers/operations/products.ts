import { StriateError } from "../../base/errors.ts";
import type { KerasShape } from "../define-layer.ts";
import { broadcastShapes } from "../merging/merge.ts";
import { plainTensor } from "../symbolic.ts";
import { type Operation, cast } from "./operation.ts";

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

export const products: Operation[] = [matmul, einsum];
