import { StriateError } from "../../base/errors.ts";
import type { Argument } from "../../layers/arguments.ts";
import type { Layer } from "../../model/model.ts";
import { type Json, isObject, maxDepth, withoutTuples } from "./json.ts";

/** A tensor as files name it: layer, number of the call, number of the output. */
export type Place = readonly [name: string, node: number, output: number];

/** One call of a layer, as a file has it. */
export interface Node {
  /** `arguments` is Keras 3's form, `list` that of Keras 1 and 2. */
  dialect: "arguments" | "list";
  inputs: Place[];
  /** Positional arguments, where they are more than the inputs in order. */
  args?: Argument[];
  kwargs: Record<string, Argument>;
}

export function isPlace(value: unknown): value is Place {
  return (
    Array.isArray(value) &&
    value.length === 3 &&
    typeof value[0] === "string" &&
    Number.isInteger(value[1]) &&
    Number.isInteger(value[2])
  );
}

/**
 * Parses one entry of `inbound_nodes`.
 *
 * Keras 3: `{ args, kwargs }`, tensors as `{ class_name: "__keras_tensor__" }` anywhere inside.
 * Keras 1 and 2: a list of `[name, node, output, kwargs?]`; a TFOpLambda has one of these without the
 * list around it, a first argument that is no tensor is `["_CONSTANT_VALUE", -1, value, kwargs]`, and
 * a tensor among the keywords is `[name, node, output]`.
 *
 * @param isOperation whether the layer is arithmetic of Keras 3, whose arguments are kept as they are
 */
export function parseNode(
  node: unknown,
  layers: ReadonlyMap<string, Layer>,
  isOperation: boolean,
): Node {
  const parser = new NodeParser(layers, isOperation);
  return isObject(node) && ("args" in node || "kwargs" in node)
    ? parser.fromArguments(node)
    : parser.fromList(node);
}

class NodeParser {
  readonly #layers: ReadonlyMap<string, Layer>;
  readonly #isOperation: boolean;
  readonly #inputs: Place[] = [];

  constructor(layers: ReadonlyMap<string, Layer>, isOperation: boolean) {
    this.#layers = layers;
    this.#isOperation = isOperation;
  }

  fromArguments(node: Json): Node {
    const plain = withoutTuples(node) as Json;
    const args = this.#argument(plain.args ?? [], 0);
    if (!Array.isArray(args)) throw new StriateError("a layer's call has no list of arguments");
    const positional = this.#inputs.length;
    const kwargs = this.#argument(plain.kwargs ?? {}, 0) as Record<string, Argument>;
    return this.#node("arguments", args as Argument[], positional, kwargs);
  }

  /** A tensor among arguments, or a constant as it is. */
  #argument(value: unknown, depth: number): Argument {
    if (depth > maxDepth) throw new StriateError("a layer's arguments are nested too deeply");
    if (Array.isArray(value)) return value.map((item) => this.#argument(item, depth + 1));
    if (!isObject(value)) return value as Argument;
    if (value.class_name === "__keras_tensor__") {
      const place = isObject(value.config) ? value.config.keras_history : undefined;
      if (!isPlace(place)) throw new StriateError("a layer's call names no tensor");
      return this.#input(place);
    }
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, this.#argument(inner, depth + 1)]),
    );
  }

  fromList(node: unknown): Node {
    const plain = withoutTuples(node);
    let kwargs: Json = {};
    const first = (value: unknown, depth: number): Argument[] => {
      if (depth > maxDepth) throw new StriateError("a layer's inputs are nested too deeply");
      if (isObject(value))
        return Object.keys(value)
          .sort()
          .flatMap((key) => first(value[key], depth + 1));
      if (!Array.isArray(value)) throw new StriateError("a layer's call names no tensor");
      if (typeof value[0] !== "string") return value.flatMap((item) => first(item, depth + 1));
      if (isObject(value[3])) kwargs = { ...kwargs, ...value[3] };
      if (value[0] === "_CONSTANT_VALUE") return [value[2] as Argument];
      const place: unknown = value.slice(0, 3);
      if (!isPlace(place)) throw new StriateError("a layer's call names no tensor");
      return [this.#input(place)];
    };
    const args = first(plain, 0);
    const positional = this.#inputs.length;
    const keywords = Object.fromEntries(
      Object.entries(kwargs).map(([key, value]) => [key, this.#keyword(value, 0)]),
    );
    return this.#node("list", args, positional, keywords);
  }

  /** A keyword of Keras 2: a tensor stands as a bare place, if it names a layer. */
  #keyword(value: unknown, depth: number): Argument {
    if (depth > maxDepth) throw new StriateError("a layer's arguments are nested too deeply");
    if (isPlace(value) && this.#layers.has(value[0])) return this.#input(value);
    if (Array.isArray(value)) return value.map((item) => this.#keyword(item, depth + 1));
    if (!isObject(value)) return value as Argument;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, this.#keyword(inner, depth + 1)]),
    );
  }

  #input(place: Place): Argument {
    this.#inputs.push(place);
    return { $input: this.#inputs.length - 1 };
  }

  /** Leaves the positional arguments out where they are one tensor, or one list of tensors. */
  #node(
    dialect: Node["dialect"],
    args: Argument[],
    positional: number,
    kwargs: Record<string, Argument>,
  ): Node {
    const isTensor = (argument: Argument) => isObject(argument) && "$input" in argument;
    const list = args.length === 1 && Array.isArray(args[0]) ? (args[0] as Argument[]) : args;
    const isPlain =
      !this.#isOperation &&
      (dialect === "list" || args.length === 1) &&
      list.length === positional &&
      list.every(isTensor);
    return { dialect, inputs: this.#inputs, kwargs, ...(isPlain ? {} : { args }) };
  }
}
