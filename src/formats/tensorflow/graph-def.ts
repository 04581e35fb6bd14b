import { StriateError, UnsupportedError } from "../../base/errors.ts";
import type { DataType, Tensor } from "../../base/tensor.ts";

/** A TensorFlow graph (GraphDef), whichever file it comes from. */
export interface TfGraph {
  nodes: TfNode[];
  /** Values of Const nodes, by node name. */
  constants: Map<string, Tensor>;
  /** Names of the tensors that go in and come out, where the file says them: `serving_x:0`. */
  inputs?: string[];
  outputs?: string[];
}

export interface TfNode {
  name: string;
  op: string;
  /** `name`, `name:1` for another output than the first, `^name` for a mere order. */
  inputs: string[];
  attributes: Readonly<Record<string, TfAttribute>>;
}

/** The value of an attribute: the field that is set. */
export interface TfAttribute {
  s?: string;
  i?: number;
  f?: number;
  b?: boolean;
  /** `DT_FLOAT` and the like, as number. */
  type?: number;
  /** Null where the rank is not known. */
  shape?: readonly (number | null)[] | null;
  /** `func`: names of functions. */
  list?: { s?: string[]; i?: number[]; f?: number[]; func?: string[] };
  tensor?: Tensor;
  /** The name of a function. */
  func?: string;
}

/** A function of a graph's library: a graph of its own that a node calls. */
export interface TfFunction {
  name: string;
  /** Names of the arguments; nodes of the body read them by these. */
  inputs: string[];
  /** What comes out, as the body's nodes name it. */
  outputs: string[];
  /** Its inputs are an argument, or `node:output:0` with the name of one of the op's outputs. */
  nodes: TfNode[];
}

/** Element types by TensorFlow's numbers, types.proto; a reference to a variable is 100 more. */
const types: Readonly<Record<number, DataType>> = {
  1: "float32",
  2: "float64",
  3: "int32",
  4: "uint8",
  5: "int16",
  6: "int8",
  7: "string",
  9: "int64",
  10: "bool",
  14: "bfloat16",
  17: "uint16",
  19: "float16",
  22: "uint32",
  23: "uint64",
};

/** The element type of a TensorFlow number. */
export function typeOfTf(code: number): DataType {
  const type = types[code % 100];
  if (type === undefined)
    throw new UnsupportedError(`element type ${code} of TensorFlow is not known`);
  return type;
}

/** No op splits a picture into more parts. */
const MOST_OUTPUTS = 10_000;

/**
 * The type that a TensorFlow type has in our graphs: half floats are computed in float32, and what
 * TensorFlow counts in int32 is int64 in ONNX: shapes, axes, indices.
 */
export function innerType(type: DataType): DataType {
  if (type === "float16" || type === "bfloat16") return "float32";
  return type === "int32" ? "int64" : type;
}

/** Reads attributes of a node; an absent one has the default. */
export class TfAttributes {
  readonly #values: TfNode["attributes"];

  constructor({ attributes }: TfNode) {
    this.#values = attributes;
  }

  #get(name: string): TfAttribute | undefined {
    return Object.hasOwn(this.#values, name) ? this.#values[name] : undefined;
  }

  text = (name: string, fallback: string): string => this.#get(name)?.s ?? fallback;
  int = (name: string, fallback: number): number => this.#get(name)?.i ?? fallback;
  real = (name: string, fallback: number): number => this.#get(name)?.f ?? fallback;
  flag = (name: string, fallback = false): boolean => this.#get(name)?.b ?? fallback;
  ints = (name: string): readonly number[] => this.#get(name)?.list?.i ?? [];
  texts = (name: string): readonly string[] => this.#get(name)?.list?.s ?? [];
  reals = (name: string): readonly number[] => this.#get(name)?.list?.f ?? [];

  /** How many outputs a node has; an error where none has so many. */
  count(name: string): number {
    const count = this.int(name, 1);
    if (count >= 1 && count <= MOST_OUTPUTS) return count;
    throw new StriateError(`cannot have ${count} outputs`);
  }

  shape = (name: string): readonly (number | null)[] | null => this.#get(name)?.shape ?? null;

  func = (name: string): string | undefined => this.#get(name)?.func;

  type(name: string, fallback: DataType = "float32"): DataType {
    const code = this.#get(name)?.type;
    return code === undefined ? fallback : typeOfTf(code);
  }
}
