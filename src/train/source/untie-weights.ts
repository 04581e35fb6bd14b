import type { GraphNode } from "../../graph/graph.ts";
import { nodesByLayer } from "../../model/facts/layer-nodes.ts";
import type { Network, NetworkLayer } from "../../model/network.ts";

/**
 * Gives each parameter a constant of its own, in place. PyTorch's exporter writes parameters that happen
 * to be equal (the scales of fresh batch normalisations) as one constant, and an Identity of it for each
 * further one: trained as it stands, they would move together for ever.
 */
export function untieWeights(network: Network): void {
  const { graph, weights } = network;
  const addressOf = new Map([...weights].map(([address, { value }]) => [value, address]));
  const source = ({ op, domain, inputs }: GraphNode) =>
    op === "Identity" && domain === "" ? addressOf.get(inputs[0]!) : undefined;
  if (!graph.nodes.some(source)) return;
  for (const [layer, nodes] of nodesByLayer(network))
    for (const node of nodes) {
      const address = source(node);
      const [value] = node.outputs as [string];
      if (address === undefined || graph.outputs.some(({ name }) => name === value)) continue;
      graph.initializers.set(value, graph.initializers.get(node.inputs[0]!)!);
      graph.nodes.splice(graph.nodes.indexOf(node), 1);
      rename(network, layer, address, value);
    }
}

/** Gives a layer an address of its own for a weight that it shared. */
function rename(
  { weights, layers }: Network,
  layer: NetworkLayer,
  address: string,
  value: string,
): void {
  const place = layer.weights.indexOf(address);
  const isOwn = layers.find((other) => other.weights.includes(address)) === layer;
  const wanted = `${layer.address}/${address.slice(address.lastIndexOf("/") + 1)}`;
  let own = wanted;
  for (let i = 1; weights.has(own); i++) own = `${wanted}_${i}`;
  weights.set(own, { ...weights.get(address)!, value });
  if (place >= 0 && !isOwn) layer.weights[place] = own;
  else layer.weights.push(own);
}
