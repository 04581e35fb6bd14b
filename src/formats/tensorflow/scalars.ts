import { largest, smallest } from "../../base/extremes.ts";
import { type Tensor, toNumbers } from "../../base/tensor.ts";
import type { TfNode } from "./graph-def.ts";
import { placeOf } from "./sort-nodes.ts";

/** How deep a number is looked through: a counter of a loop goes through all of its rounds. */
const MOST_DEPTH = 2000;

/** What decides how often loops run. */
export const scalarOperations: Readonly<Record<string, (...values: number[]) => number | boolean>> =
  {
    Identity: (a) => a!,
    Cast: (a) => a!,
    Squeeze: (a) => a!,
    Reshape: (a) => a!,
    Add: (a, b) => a! + b!,
    AddV2: (a, b) => a! + b!,
    Sub: (a, b) => a! - b!,
    Mul: (a, b) => a! * b!,
    Maximum: (a, b) => Math.max(a!, b!),
    Minimum: (a, b) => Math.min(a!, b!),
    FloorMod: (a, b) => a! - b! * Math.floor(a! / b!),
    Less: (a, b) => a! < b!,
    LessEqual: (a, b) => a! <= b!,
    Greater: (a, b) => a! > b!,
    GreaterEqual: (a, b) => a! >= b!,
    Equal: (a, b) => a === b,
    NotEqual: (a, b) => a !== b,
    LogicalAnd: (a, b) => Boolean(a && b),
    LogicalOr: (a, b) => Boolean(a || b),
    LogicalNot: (a) => !a,
  };

/** Single numbers that follow from constants alone; yes is 1 and no is 0. */
export class Scalars {
  readonly #find: (name: string) => TfNode | undefined;
  readonly #constants: ReadonlyMap<string, Tensor>;
  readonly #known = new Map<string, number | undefined>();
  readonly #opOf: (op: string) => string;

  /** @param opOf TensorFlow's name of an op, where the graph has another */
  constructor(
    find: (name: string) => TfNode | undefined,
    constants: ReadonlyMap<string, Tensor> = new Map(),
    opOf: (op: string) => string = (op) => op,
  ) {
    this.#find = find;
    this.#constants = constants;
    this.#opOf = opOf;
  }

  /** @returns undefined where the photo says, or where it is no single number */
  number(value: string, depth = 0): number | undefined {
    if (this.#known.has(value)) return this.#known.get(value);
    const found = depth < MOST_DEPTH ? this.#look(value, depth) : undefined;
    this.#known.set(value, found);
    return found;
  }

  #look(value: string, depth: number): number | undefined {
    const [name, output] = placeOf(value);
    const node = this.#find(name);
    if (node === undefined) return undefined;
    if (node.op === "IdentityN") return this.number(node.inputs[output] ?? "", depth + 1);
    if (node.op === "Const") {
      const constant = this.#constants.get(name) ?? node.attributes.value?.tensor;
      if (constant === undefined || constant.type === "string" || constant.data.length !== 1)
        return undefined;
      return toNumbers(constant)[0];
    }
    const op = this.#opOf(node.op);
    if (op === "Max" || op === "Min") {
      const all = this.#list(node.inputs[0] ?? "");
      return all && (op === "Max" ? largest(all) : smallest(all));
    }
    if (op === "StridedSlice") return this.#length(node);
    if (!Object.hasOwn(scalarOperations, op)) return undefined;
    const given = node.inputs.filter((input) => !input.startsWith("^"));
    // The shape that a number is given says nothing of it.
    const read = op === "Reshape" || op === "Squeeze" ? given.slice(0, 1) : given;
    const values = read.map((input) => this.number(input, depth + 1));
    return values.every((each) => each !== undefined)
      ? Number(scalarOperations[op]!(...values))
      : undefined;
  }

  /** The few numbers of a constant, as the lengths of the rows of a batch. */
  #list(value: string): readonly number[] | undefined {
    const [name] = placeOf(value);
    const node = this.#find(name);
    if (node?.op === "Identity") return this.#list(node.inputs[0] ?? "");
    const constant = this.#constants.get(name) ?? node?.attributes.value?.tensor;
    if (node?.op !== "Const" || !constant || constant.type === "string") return undefined;
    return constant.data.length > 0 && constant.data.length <= 1024
      ? toNumbers(constant)
      : undefined;
  }

  /** One length of a shape that is written in the graph: the steps of a sequence. */
  #length(slice: TfNode): number | undefined {
    const [shape = "", begin = ""] = slice.inputs;
    const at = this.#list(begin);
    const isOne = at?.length === 1 && slice.attributes.shrink_axis_mask?.i === 1;
    if (!isOne) return undefined;
    const known = this.#list(shape);
    if (known) return known.at(at[0]!);
    const node = this.#find(placeOf(shape)[0]);
    if (node?.op !== "Shape") return undefined;
    return this.#shape(node.inputs[0] ?? "", 0)?.at(at[0]!) ?? undefined;
  }

  /** The lengths that a value has by what the graph says of itself; null where one is free. */
  #shape(value: string, depth: number): readonly (number | null)[] | undefined {
    const [name, output] = placeOf(value);
    const node = this.#find(name);
    if (node === undefined || depth > MOST_DEPTH) return undefined;
    const before = (i = 0) => this.#shape(node.inputs[i] ?? "", depth + 1);
    switch (node.op) {
      case "Placeholder":
        return node.attributes.shape?.shape ?? undefined;
      case "Transpose": {
        const shape = before();
        const order = this.#list(node.inputs[1] ?? "");
        return shape && order?.map((axis) => shape[axis] ?? null);
      }
      case "Reshape":
        return this.#list(node.inputs[1] ?? "")?.map((length) => (length < 0 ? null : length));
      case "IdentityN":
        return before(output);
      default:
        return passing.test(node.op) ? before() : undefined;
    }
  }
}

/** Ops that keep the shape of what they read. */
const passing =
  /^(Identity|Cast|Relu6?|LeakyRelu|Elu|Selu|Tanh|Sigmoid|Softmax|BiasAdd|FusedBatchNorm(V[23])?|ReverseV2|StopGradient)$/;
