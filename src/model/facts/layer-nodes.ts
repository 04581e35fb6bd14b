import { pushAll } from "../../base/extremes.ts";
import type { GraphNode } from "../../graph/graph.ts";
import { producers } from "../../graph/traverse.ts";
import type { Network, NetworkLayer } from "../network.ts";

/** The graph nodes that belong to each layer: those between what it reads and what it produces. */
export function nodesByLayer(network: Network): Map<NetworkLayer, GraphNode[]> {
  const made = producers(network.graph);
  const taken = new Set<GraphNode>();
  const result = new Map<NetworkLayer, GraphNode[]>();
  for (const layer of network.layers) {
    // A nested model's nodes belong to the layers inside it, which come before it.
    const nodes: GraphNode[] = [];
    const open = layer.outputs.map((port) => port.value);
    const reads = new Set(layer.reads);
    while (open.length > 0) {
      const value = open.pop()!;
      const node = reads.has(value) ? undefined : made.get(value);
      if (node === undefined || taken.has(node)) continue;
      taken.add(node);
      nodes.push(node);
      pushAll(open, node.inputs);
    }
    result.set(layer, nodes.reverse());
  }
  return result;
}

/** The layer that a node of the graph belongs to. */
export function layerOfNode(network: Network, { outputs }: GraphNode): NetworkLayer | undefined {
  for (const [layer, nodes] of nodesByLayer(network))
    if (nodes.some((node) => node.outputs.some((name) => name !== "" && outputs.includes(name))))
      return layer;
  return undefined;
}
