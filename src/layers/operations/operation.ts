import { StriateError } from "../../base/errors.ts";
import { describe } from "../../base/fields.ts";
import { float32, int64 } from "../../base/tensor.ts";
import type { GraphBuilder } from "../../graph/builder.ts";
import { type Argument, bindArguments, isTensorArgument, positionalInputs } from "../arguments.ts";
import type { CallArguments } from "../arguments.ts";
import type { SymbolicTensor } from "../define-layer.ts";
import type { KerasVersion } from "../keras-version.ts";
import {
  type Numbers,
  flattenNumbers,
  shapeOfNumbers,
  unwrapNumpy,
} from "../fields/numbers-field.ts";
import { axisList, plainTensor } from "../symbolic.ts";

/**
 * A function that a functional model applies to tensors: `x / 127.5`, `tf.nn.relu(x)`,
 * `keras.ops.mean(x)`. Keras 3 keeps each as an object of a class of its own, Keras 2 as a TFOpLambda
 * with the name of a TensorFlow function.
 */
export interface Operation {
  /** Class name in Keras 3; empty where only TensorFlow has the function. */
  className: string;
  /** Other class names in Keras 3. */
  aliases?: readonly string[];
  /** TensorFlow's names: `math.truediv`. */
  functions?: readonly string[];
  /** Parameters in their order; further names of one stand behind bars: `x|tensor`. */
  parameters: readonly string[];
  /** The first parameter is a list of tensors. */
  takesList?: boolean;
  write(scope: Scope, args: Arguments): SymbolicTensor | SymbolicTensor[];
}

/** What an operation may use to write its nodes. */
export interface Scope {
  b: GraphBuilder;
  kerasVersion: KerasVersion;
  arrange(x: SymbolicTensor, order: readonly number[]): string;
  plain(x: SymbolicTensor): string;
}

/** A tensor, or a constant that has become one. */
export interface Operand extends SymbolicTensor {
  /** The numbers of a constant. */
  numbers?: Numbers;
}

/** The arguments of one call by parameter name. Absent and null ones take their fallback. */
export class Arguments {
  readonly #scope: Scope;
  readonly #inputs: readonly SymbolicTensor[];
  readonly #bound: Readonly<Record<string, Argument>>;

  /** @param settings of the operation itself: what Keras 3 keeps in its configuration */
  constructor(
    operation: Operation,
    scope: Scope,
    inputs: readonly SymbolicTensor[],
    call: CallArguments,
    settings: Readonly<Record<string, unknown>> = {},
  ) {
    this.#scope = scope;
    this.#inputs = inputs;
    const names = operation.parameters.map((parameter) => parameter.split("|"));
    const first = new Map(names.flatMap((all) => all.map((name) => [name, all[0]!])));
    const args =
      operation.takesList && call.args === undefined
        ? [positionalInputs(call, inputs.length)]
        : call.args;
    const given = bindArguments(
      names.map((all) => all[0]!),
      { ...call, args },
      inputs.length,
    );
    const renamed = Object.entries({ ...settings, ...given } as Record<string, Argument>)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [first.get(key) ?? key, value] as const);
    this.#bound = Object.fromEntries(renamed);
  }

  has(name: string): boolean {
    return this.#bound[name] !== undefined;
  }

  raw(name: string): Argument | undefined {
    return this.#bound[name];
  }

  /** A tensor; a constant becomes one. */
  tensor(name: string): Operand {
    const value = this.#bound[name];
    if (value === undefined) throw new StriateError(`its argument "${name}" is missing`);
    return this.#operand(value, name);
  }

  /** A list of tensors. */
  tensors(name: string): Operand[] {
    const value = this.#bound[name];
    if (!Array.isArray(value)) return [this.tensor(name)];
    return (value as Argument[]).map((each) => this.#operand(each, name));
  }

  #operand(value: Argument, name: string): Operand {
    if (isTensorArgument(value)) return this.#inputs[value.$input]!;
    const numbers = unwrapNumpy(value);
    if (typeof numbers === "boolean") return constant(this.#scope.b, numbers ? 1 : 0);
    try {
      return constant(this.#scope.b, numbers as Numbers);
    } catch {
      throw new StriateError(
        `argument "${name}": expected a tensor or numbers, got ${describe(value)}`,
      );
    }
  }

  number(name: string, fallback?: number): number {
    const value = unwrapNumpy(this.#bound[name]) ?? fallback;
    if (typeof value === "number") return value;
    throw new StriateError(`argument "${name}": expected a number, got ${describe(value)}`);
  }

  flag(name: string): boolean {
    return this.#bound[name] === true || this.#bound[name] === 1;
  }

  word(name: string, fallback: string): string {
    const value = this.#bound[name] ?? fallback;
    if (typeof value === "string") return value;
    throw new StriateError(`argument "${name}": expected a word, got ${describe(value)}`);
  }

  /** A whole number or a list of them, as a list. */
  integers(name: string, fallback?: readonly number[]): number[] {
    const value = unwrapNumpy(this.#bound[name]);
    if (value === undefined && fallback) return [...fallback];
    const list: unknown[] = Array.isArray(value) ? value : [value];
    if (list.every((n) => Number.isInteger(n))) return list as number[];
    throw new StriateError(`argument "${name}": expected whole numbers, got ${describe(value)}`);
  }

  /** Axes counted from the front, in ascending order; all of them where none is named. */
  axes(name: string, rank: number): number[] {
    const value = unwrapNumpy(this.#bound[name]);
    const axes =
      value === undefined ? Array.from({ length: rank }, (_, i) => i) : axisList(value, rank);
    return axes.sort((a, b) => a - b);
  }
}

/** A constant as a tensor that lies as the Keras user sees it. */
export function constant(b: GraphBuilder, numbers: Numbers): Operand {
  const shape = shapeOfNumbers(numbers);
  const value = b.constant(float32(shape, flattenNumbers(numbers)));
  return { ...plainTensor(value, shape), numbers };
}

/** The constant as an integer tensor, where it meets integers. */
export function integerConstant(b: GraphBuilder, numbers: Numbers): string {
  return b.constant(int64(flattenNumbers(numbers), shapeOfNumbers(numbers)));
}

/** ONNX codes of the types that graphs of striate use. */
export const typeCodes = { float32: 1, int64: 7, bool: 9 } as const;

/** Turns a tensor into another type. */
export function cast<T extends SymbolicTensor>(
  b: GraphBuilder,
  x: T,
  type: keyof typeof typeCodes,
): T {
  if (x.type === type) return x;
  return { ...x, type, value: b.op("Cast", [x.value], { to: typeCodes[type] }) };
}
