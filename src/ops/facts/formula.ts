import { castTo, float32, type DataType, type NumericType } from "../../base/tensor.ts";
import type { GraphBuilder } from "../../graph/builder.ts";
import { typeCode } from "../../graph/protobuf/types.ts";

/** A value of the graph by name, or a number that becomes a constant of the formula's type. */
export type Operand = string | number;

/**
 * Arithmetic on the values of a graph, so that a rule reads like its formula:
 * `f.mul(g, y, f.sub(1, y))`. Each method writes nodes and returns the name of the result.
 */
export class Formula {
  readonly b: GraphBuilder;
  /** The floating type that numbers are written in. */
  readonly type: DataType;

  constructor(b: GraphBuilder, type: DataType) {
    this.b = b;
    this.type = type;
  }

  /** A constant of the formula's type: a scalar, or a tensor of `shape`. */
  constant(values: number | readonly number[], shape?: readonly number[]): string {
    const list = typeof values === "number" ? [values] : values;
    const exact = {
      type: "float64",
      shape: shape ?? (typeof values === "number" ? [] : [list.length]),
      data: Float64Array.from(list),
    } as const;
    return this.b.constant(castTo(exact, this.type as NumericType));
  }

  add(...terms: Operand[]): string {
    return this.#fold("Add", terms);
  }
  sub(a: Operand, b: Operand): string {
    return this.#fold("Sub", [a, b]);
  }
  mul(...factors: Operand[]): string {
    return this.#fold("Mul", factors);
  }
  div(a: Operand, b: Operand): string {
    return this.#fold("Div", [a, b]);
  }
  pow(a: Operand, b: Operand): string {
    return this.#fold("Pow", [a, b]);
  }
  less(a: Operand, b: Operand): string {
    return this.#fold("Less", [a, b]);
  }
  lessOrEqual(a: Operand, b: Operand): string {
    return this.#fold("LessOrEqual", [a, b]);
  }
  greater(a: Operand, b: Operand): string {
    return this.#fold("Greater", [a, b]);
  }
  equal(a: Operand, b: Operand): string {
    return this.#fold("Equal", [a, b]);
  }
  /** `a` where the condition holds, else `b`. */
  where(condition: string, a: Operand, b: Operand): string {
    return this.b.op("Where", [condition, this.#value(a), this.#value(b)]);
  }
  /** An op of one input without attributes: `f.apply("Exp", x)`. */
  apply(op: string, a: Operand): string {
    return this.b.op(op, [this.#value(a)]);
  }
  /** A condition as 1 and 0 of the formula's type. */
  indicator(condition: string): string {
    return this.cast(condition, this.type);
  }
  cast(a: string, type: DataType): string {
    return this.b.op("Cast", [a], { to: typeCode(type) });
  }

  /** The sum over axes, which stay as axes of length 1 unless `keep` is false. */
  sum(a: string, axes: readonly number[], keep = true): string {
    if (axes.length === 0) return a;
    return this.b.op("ReduceSum", [a, this.b.i64(axes)], { keepdims: keep ? 1 : 0 });
  }
  /** The mean over axes, which stay as axes of length 1. */
  mean(a: string, axes: readonly number[]): string {
    return this.b.op("ReduceMean", [a, this.b.i64(axes)], { keepdims: 1 });
  }
  reshape(a: string, shape: readonly number[]): string {
    // allowzero: a length of 0 is one, not "as in the input".
    const allowzero = shape.includes(0) ? 1 : undefined;
    return this.b.op("Reshape", [a, this.b.i64(shape)], { allowzero });
  }
  transpose(a: string, perm: readonly number[]): string {
    return perm.every((axis, i) => axis === i) ? a : this.b.op("Transpose", [a], { perm });
  }
  matmul(a: string, b: string): string {
    return this.b.op("MatMul", [a, b]);
  }
  expand(a: string, shape: readonly number[]): string {
    return this.b.op("Expand", [a, this.b.i64(shape)]);
  }
  /** Zeros of a shape, without a stored array. */
  zeros(shape: readonly number[]): string {
    return this.fill(0, shape);
  }
  /** One value everywhere, without a stored array. */
  fill(value: number, shape: readonly number[]): string {
    return this.b.op("ConstantOfShape", [this.b.i64(shape)], {
      value: castTo(float32([1], [value]), this.type as NumericType),
    });
  }

  #value(a: Operand): string {
    return typeof a === "number" ? this.constant(a) : a;
  }

  #fold(op: string, [first, ...rest]: readonly Operand[]): string {
    return rest.reduce<string>(
      (left, right) => this.b.op(op, [left, this.#value(right)]),
      this.#value(first!),
    );
  }
}
