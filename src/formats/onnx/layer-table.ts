import { sizeOf } from "../../base/shape.ts";
import type { Attribute, Graph, GraphNode } from "../../graph/graph.ts";
import { outerReads } from "../../graph/traverse.ts";
import type { NetworkLayer, NetworkWeight, Port, Unavailable } from "../../model/network.ts";
import { nodeAddresses } from "./addresses.ts";
import { channelsLastValues } from "./channels-last.ts";
import { WeightFinder } from "./find-weights.ts";
import { integerProducts } from "./integer-products.ts";
import { factsOf, isTransparent, layerKind, resultsOf, roleOf } from "./layer-kinds.ts";
import type { LeftOutNode } from "./left-out-nodes.ts";
import { rectifiedValues } from "./quantised.ts";

export interface LayerTable {
  layers: NetworkLayer[];
  weights: Map<string, NetworkWeight>;
}

/**
 * The layers of an ONNX graph: one for each node that does something to the photo. Nodes that only
 * compute with shapes or constants, and those that only write a value in another way (Cast, Identity,
 * quantisation), are no layers.
 *
 * @param inputs the graph's inputs as the user sees them
 * @param portOf how the user sees a value
 * @param lost nodes that cannot be run: layers without outputs
 */
export function layerTable(
  graph: Graph,
  inputs: readonly Port[],
  portOf: (value: string) => Port,
  lost: ReadonlyMap<GraphNode, LeftOutNode> = new Map(),
): LayerTable {
  const data = dataValues(graph);
  const products = integerProducts(graph);
  const partial = new Set([...products.values()].flatMap(({ nodes }) => nodes));
  const isLayer = (node: GraphNode) =>
    lost.get(node)?.needs.length === 0 ||
    (node.outputs.some((name) => data.has(name)) &&
      !isTransparent(node) &&
      !partial.has(node) &&
      (lost.has(node) || resultsOf(node).some((name) => isTensor(graph, name))));
  const names = new Set(inputs.map((port) => port.name));
  const addresses = nodeAddresses(graph.nodes.filter(isLayer), names);
  const finder = new WeightFinder(graph, data);
  const rectified = rectifiedValues(graph);
  const last = channelsLastValues(graph);
  const makers = new Map(inputs.map((port) => [port.value, port.name]));
  const layers = inputs.map(inputLayer);
  for (const node of graph.nodes) {
    const reads = [...node.inputs, ...outerReads(node)].filter((name) => data.has(name));
    const address = addresses.get(node);
    // What only rewrites a value has the maker of that value.
    const maker = address ?? makers.get(reads[0] ?? "");
    for (const output of node.outputs)
      if (maker !== undefined && output !== "") makers.set(output, maker);
    if (address === undefined) continue;
    const isData = node.inputs.map((name) => data.has(name));
    const weights = finder.weightsOf(node, address);
    const unavailable = whyNot(lost.get(node), addresses);
    const outputs = products.has(node)
      ? [products.get(node)!.real]
      : resultsOf(node).filter((name) => isTensor(graph, name));
    layers.push({
      address,
      className: node.op,
      kind: layerKind(node, isData),
      ...factsOf(node),
      inbound: [...new Set(reads.map((name) => makers.get(name) ?? ""))],
      reads: unavailable ? [] : reads,
      outputs: unavailable ? [] : outputs.map(portOf),
      ...(unavailable && { unavailable }),
      ...(rectified.has(node.outputs[0] ?? "") ? { activation: "relu" } : {}),
      weights,
      parameters: finder.count(weights),
      config: {
        ...configOf(node),
        ...(last.has(node.outputs[0] ?? "") && { data_format: "channels_last" }),
      },
    });
  }
  return { layers, weights: finder.weights };
}

/** Why a node cannot be run; undefined of one that can. */
function whyNot(
  fault: LeftOutNode | undefined,
  addresses: ReadonlyMap<GraphNode, string>,
): Unavailable | undefined {
  if (fault === undefined) return undefined;
  const needs = fault.needs.flatMap((other) => addresses.get(other) ?? []);
  // What only rewrites a value is no layer, and has no address of its own.
  return { why: fault.why, needs: fault.needs.length > needs.length ? ["", ...needs] : needs };
}

/** The values that change with the photo's pixels; what follows from its shape alone does not count. */
function dataValues(graph: Graph): Set<string> {
  const data = new Set(graph.inputs.map((value) => value.name));
  for (const node of graph.nodes) {
    if (roleOf(node) === "shape") continue;
    if ([...node.inputs, ...outerReads(node)].some((name) => data.has(name)))
      for (const name of node.outputs) if (name !== "") data.add(name);
  }
  return data;
}

/** Whether a value is a tensor of numbers, as far as is known: labels of text and sequences cannot be seen. */
function isTensor(graph: Graph, name: string): boolean {
  const { type, opaque } = graph.values.get(name) ?? {};
  return type !== "string" && (opaque === undefined || opaque === null);
}

const inputLayer = (port: Port): NetworkLayer => ({
  address: port.name,
  className: "Input",
  kind: "input",
  inbound: [],
  reads: [],
  outputs: [port],
  weights: [],
  parameters: { trainable: 0, fixed: 0 },
  config: {},
});

/** The attributes, as far as they can be printed. */
function configOf(node: GraphNode): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(node.attributes).flatMap(([name, attribute]): [string, unknown][] => {
      const value = plainValue(attribute);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function plainValue(attribute: Attribute): unknown {
  switch (attribute.kind) {
    case "tensor":
      return sizeOf(attribute.value.shape) <= 64
        ? Array.from(attribute.value.data as ArrayLike<number | bigint | string>, (item) =>
            typeof item === "bigint" ? Number(item) : item,
          )
        : undefined;
    case "graph":
    case "tensors":
    case "graphs":
    case "opaque":
      return undefined;
    default:
      return attribute.value;
  }
}
