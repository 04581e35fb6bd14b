import type { LayerKind } from "../../layers/define-layer.ts";
import type { NetworkLayer, Port, Unavailable } from "../../model/network.ts";
import type { TfNode } from "./graph-def.ts";
import { configOf } from "./node-words.ts";
import { placeOf } from "./sort-nodes.ts";

/** The nodes of a graph that cannot be said in ONNX, and those that hang on them. */
export class LeftOutNodes {
  readonly #reasons = new Map<string, Unavailable>();
  /** Tensors that they would have read. */
  readonly #reads = new Set<string>();

  has(name: string): boolean {
    return this.#reasons.has(name);
  }

  add(node: TfNode, reason: Unavailable): void {
    this.#reasons.set(node.name, reason);
    for (const input of node.inputs) if (!input.startsWith("^")) this.#reads.add(input);
  }

  /** Why a node cannot be run, where that is because it reads one that cannot. */
  neededBy({ inputs }: TfNode): Unavailable | undefined {
    const read = new Set(
      inputs.filter((input) => !input.startsWith("^")).map((i) => placeOf(i)[0]),
    );
    const needs = [...read].filter((name) => this.#reasons.has(name));
    const [first] = needs;
    return first === undefined ? undefined : { why: this.#reasons.get(first)!.why, needs };
  }

  /**
   * What stands for the outputs where none can be computed: the last tensors before the nodes that are left
   * out, the inputs aside.
   *
   * @param data nodes whose values change with the photo
   */
  lastBefore(data: ReadonlySet<string>, inputs: readonly Port[]): string[] {
    const names = inputs.map(({ name }) => name);
    return [...this.#reads].filter((tensor) => {
      const [name] = placeOf(tensor);
      return !this.has(name) && data.has(name) && !names.includes(name);
    });
  }
}

/** A node that cannot be run as a layer. */
export const leftOutLayer = (
  node: TfNode,
  unavailable: Unavailable,
  inbound: readonly string[],
  kind: LayerKind = "other",
): NetworkLayer => ({
  address: node.name,
  className: node.op.replace(/^_/, ""),
  kind,
  inbound: [...new Set(inbound)],
  reads: [],
  outputs: [],
  weights: [],
  unavailable,
  parameters: { trainable: 0, fixed: 0 },
  config: configOf(node),
});
