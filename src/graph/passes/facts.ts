import type { DataType, Tensor } from "../../base/tensor.ts";
import type { Graph, GraphNode, ValueType } from "../graph.ts";
import { consumers, producers } from "../traverse.ts";

/**
 * What a pass asks about the values of a graph. It looks at the graph once: after a change, make it
 * anew.
 */
export class GraphFacts {
  readonly graph: Graph;
  readonly #outer: GraphFacts | undefined;
  readonly #made: Map<string, GraphNode>;
  readonly #read: Map<string, GraphNode[]>;
  readonly #inputs: Map<string, ValueType>;
  readonly #outputs: Set<string>;

  /** @param outer of the graph whose values a body reads, for their types and constants */
  constructor(graph: Graph, outer?: GraphFacts) {
    this.graph = graph;
    this.#outer = outer;
    this.#made = producers(graph);
    this.#read = consumers(graph);
    this.#inputs = new Map(graph.inputs.map((value) => [value.name, value]));
    this.#outputs = new Set(graph.outputs.map((value) => value.name));
  }

  /** The node that makes a value; with `op`, only if it is that standard op. */
  maker(name: string | undefined, op?: string): GraphNode | undefined {
    const node = name === undefined ? undefined : this.#made.get(name);
    return op === undefined || (node?.op === op && node.domain === "") ? node : undefined;
  }

  readers(name: string): readonly GraphNode[] {
    return this.#read.get(name) ?? [];
  }

  isOutput(name: string): boolean {
    return this.#outputs.has(name);
  }

  /** Whether one node reads the value, and nothing else wants it. */
  isReadOnce(name: string): boolean {
    return this.readers(name).length === 1 && !this.isOutput(name);
  }

  /** The shape, if every length of it is a number. */
  shape(name: string | undefined): readonly number[] | undefined {
    const shape = this.valueType(name)?.shape;
    return shape?.every((length) => typeof length === "number")
      ? (shape as readonly number[])
      : undefined;
  }

  type(name: string | undefined): DataType {
    return this.valueType(name)?.type ?? "float32";
  }

  constant(name: string | undefined): Tensor | undefined {
    if (name === undefined) return undefined;
    return this.graph.initializers.get(name) ?? this.#outer?.constant(name);
  }

  /** The elements of a constant of integers. */
  integers(name: string | undefined): readonly number[] | undefined {
    const value = this.constant(name);
    return value?.type === "int64" || value?.type === "int32"
      ? Array.from(value.data as ArrayLike<number | bigint>, Number)
      : undefined;
  }

  /** The number that every element of a constant is. */
  number(name: string | undefined): number | undefined {
    const value = this.constant(name);
    if (value === undefined || value.type === "string" || value.data.length === 0) return undefined;
    const [first] = value.data as ArrayLike<number | bigint> & Iterable<number | bigint>;
    for (const item of value.data) if (item !== first) return undefined;
    return Number(first);
  }

  /** Type and shape, as far as they are known. */
  valueType(name: string | undefined): ValueType | undefined {
    if (name === undefined || name === "") return undefined;
    return (
      this.graph.values.get(name) ??
      this.#inputs.get(name) ??
      this.graph.initializers.get(name) ??
      this.#outer?.valueType(name)
    );
  }
}
