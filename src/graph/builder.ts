import { checkedLength } from "../base/checked-length.ts";
import { float32, int64, tensor, type Tensor } from "../base/tensor.ts";
import type { Shape } from "../base/shape.ts";
import type { DataType } from "../base/tensor.ts";
import { type AttributeInput, toAttribute } from "./attributes.ts";
import { type Dim, type Graph, emptyGraph } from "./graph.ts";

/** No node of a network has more. */
const mostOutputs = 100_000;

/** Options of one node: its attributes, and the few that are not attributes. */
export interface OpOptions {
  /** Output names, where they matter; otherwise fresh ones are made. */
  outputs?: readonly string[];
  /** How many fresh outputs the node has, where it is more than one. */
  outputCount?: number;
  domain?: string;
  name?: string;
}

/**
 * Writes nodes into a graph. Each method returns the name of the value it makes, so that an expression
 * reads like the formula: `b.op("Relu", [b.op("Conv", [x, w])])`.
 */
export class GraphBuilder {
  readonly graph: Graph;
  readonly #prefix: string;
  readonly #taken: Set<string>;
  readonly #constants = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  /**
   * @param graph the graph to write into; a new one by default
   * @param prefix stands before every fresh name: a subgraph shares its name space with its outer
   *   graph and so needs one of its own
   */
  constructor(graph: Graph = emptyGraph("graph"), prefix = "") {
    this.graph = graph;
    this.#prefix = prefix;
    this.#taken = new Set([
      ...graph.inputs.map((value) => value.name),
      ...graph.initializers.keys(),
      ...graph.nodes.flatMap((node) => node.outputs),
      // What is known of a value may outlive its node; it must not be said of another one.
      ...graph.values.keys(),
    ]);
  }

  /** A name that is not taken yet, made from `stem`. */
  fresh(stem: string): string {
    const base = this.#prefix + stem;
    let name = base;
    let count = this.#counts.get(base) ?? 0;
    while (name === "" || this.#taken.has(name)) name = `${base}_${++count}`;
    this.#counts.set(base, count);
    this.#taken.add(name);
    return name;
  }

  /** Whether the graph has a value of this name. */
  has(name: string): boolean {
    return this.#taken.has(name);
  }

  /** Keeps a name from being made by {@link fresh}. */
  reserve(name: string): void {
    this.#taken.add(name);
  }

  input(name: string, shape: readonly Dim[], type: DataType = "float32"): string {
    this.graph.inputs.push({ name, type, shape });
    this.#taken.add(name);
    return name;
  }

  output(name: string, shape: readonly Dim[] | null = null, type: DataType = "float32"): void {
    this.graph.outputs.push({ name, type, shape });
  }

  /** Adds a node with one output and returns that output's name. */
  op(
    op: string,
    inputs: readonly string[],
    attributes: Record<string, AttributeInput | undefined> = {},
    options: OpOptions = {},
  ): string {
    return this.ops(op, inputs, attributes, options)[0]!;
  }

  /** Adds a node and returns the names of all its outputs. */
  ops(
    op: string,
    inputs: readonly string[],
    attributes: Record<string, AttributeInput | undefined> = {},
    options: OpOptions = {},
  ): string[] {
    const stem = options.name ?? op.toLowerCase();
    const outputs =
      options.outputs?.map((name) => (this.#taken.add(name), name)) ??
      Array.from({ length: checkedLength(options.outputCount ?? 1, "outputs", mostOutputs) }, () =>
        this.fresh(stem),
      );
    const domain = options.domain ?? "";
    this.graph.nodes.push({
      op,
      domain,
      name: options.name ?? "",
      inputs: [...inputs],
      outputs: [...outputs],
      attributes: Object.fromEntries(
        Object.entries(attributes).flatMap(([key, value]) =>
          value === undefined ? [] : [[key, toAttribute(value)]],
        ),
      ),
    });
    return [...outputs];
  }

  /** A named constant. */
  initializer(name: string, value: Tensor): string {
    this.graph.initializers.set(name, value);
    this.#taken.add(name);
    return name;
  }

  /** A nameless constant; equal small ones are kept once. */
  constant(value: Tensor, stem = "const"): string {
    const small = value.data.length <= 64 && value.type !== "string";
    const key = small
      ? `${value.type}[${value.shape.join()}]${Array.from(value.data as ArrayLike<number>)
          .map((v) => (Object.is(v, -0) ? "-0" : String(v)))
          .join()}`
      : "";
    const known = small ? this.#constants.get(key) : undefined;
    if (known !== undefined) return known;
    const name = this.initializer(this.fresh(stem), value);
    if (small) this.#constants.set(key, name);
    return name;
  }

  /** A float32 constant: a scalar from a number, else a tensor of `shape` (by default a vector). */
  f32(value: number | ArrayLike<number>, shape?: Shape): string {
    return typeof value === "number"
      ? this.constant(float32(shape ?? [], [value]))
      : this.constant(float32(shape ?? [value.length], value));
  }

  /** An int64 constant: a scalar from a number, a vector from a list. */
  i64(value: number | readonly number[]): string {
    return this.constant(typeof value === "number" ? int64([value], []) : int64(value));
  }

  /** A boolean scalar. */
  bool(value: boolean): string {
    return this.constant(tensor("bool", [], Uint8Array.of(value ? 1 : 0)));
  }
}
