import { pushAll } from "../../base/extremes.ts";
import { sizeOf } from "../../base/shape.ts";
import type { Graph, GraphNode } from "../../graph/graph.ts";
import { producers, subgraphs } from "../../graph/traverse.ts";
import type { NetworkWeight } from "../../model/network.ts";
import { type NodeWeight, nodeWeight, takesScalarWeights } from "./layer-kinds.ts";

/** Finds the constants that are the weights of each node, and gives them addresses. */
export class WeightFinder {
  readonly weights = new Map<string, NetworkWeight>();
  readonly #graph: Graph;
  readonly #data: ReadonlySet<string>;
  readonly #makers: Map<string, GraphNode>;
  /** The address of each initializer that is a weight already: a shared one has the first. */
  readonly #addresses = new Map<string, string>();

  /** @param data the values that are no constants */
  constructor(graph: Graph, data: ReadonlySet<string>) {
    this.#graph = graph;
    this.#data = data;
    this.#makers = producers(graph);
  }

  /**
   * The addresses of a node's weights, in the order of its inputs; those of a node with bodies are the
   * weights of the nodes inside.
   */
  weightsOf(node: GraphNode, layer: string): string[] {
    const found = subgraphs(node).flatMap((body) =>
      body.nodes.flatMap((inner) =>
        this.#weightsInside(inner, `${layer}/${inner.name || inner.op}`),
      ),
    );
    node.inputs.forEach((input, i) => {
      const weight = this.#data.has(input) ? undefined : nodeWeight(node, i);
      if (weight === undefined) return;
      for (const initializer of this.#constants(input)) {
        const { shape } = this.#graph.initializers.get(initializer)!;
        if (sizeOf(shape) === 1 && !takesScalarWeights(node)) continue;
        found.push(this.#add(initializer, layer, weight));
      }
    });
    return [...new Set(found)];
  }

  /** What a body reads of the graph around it is a weight where it is an initializer there. */
  #weightsInside(node: GraphNode, layer: string): string[] {
    const isOwn = (input: string) => this.#graph.initializers.has(input);
    const inputs = node.inputs.map((input) => (isOwn(input) ? input : ""));
    return this.weightsOf({ ...node, inputs }, layer);
  }

  /** Number of elements of weights. */
  count(addresses: readonly string[]): { trainable: number; fixed: number } {
    const count = { trainable: 0, fixed: 0 };
    for (const address of addresses) {
      const { shape, trainable } = this.weights.get(address)!;
      count[trainable ? "trainable" : "fixed"] += sizeOf(shape);
    }
    return count;
  }

  /**
   * The initializers that a constant value is computed from. Sizes and indices are not among them, nor
   * how integer codes stand for real numbers.
   */
  #constants(value: string): string[] {
    const found: string[] = [];
    const open = [value];
    const seen = new Set<string>();
    for (let name = open.shift(); name !== undefined; name = open.shift()) {
      if (seen.has(name)) continue;
      seen.add(name);
      const type = this.#graph.initializers.get(name)?.type;
      if (type !== undefined) {
        if (/^(float|bfloat|u?int8$|u?int16$|int32$)/.test(type)) found.push(name);
        continue;
      }
      const maker = this.#makers.get(name);
      if (maker === undefined || maker.op === "Shape") continue;
      pushAll(open, maker.op === "DequantizeLinear" ? maker.inputs.slice(0, 1) : maker.inputs);
    }
    return found;
  }

  #add(initializer: string, layer: string, { name, trainable }: NodeWeight): string {
    const known = this.#addresses.get(initializer);
    if (known !== undefined) return known;
    const wanted = `${layer}/${name}`;
    let address = wanted;
    for (let i = 1; this.weights.has(address); i++) address = `${wanted}_${i}`;
    const { shape } = this.#graph.initializers.get(initializer)!;
    this.#addresses.set(initializer, address);
    this.weights.set(address, {
      value: initializer,
      shape,
      order: shape.map((_, axis) => axis),
      graphShape: shape,
      trainable,
    });
    return address;
  }
}
