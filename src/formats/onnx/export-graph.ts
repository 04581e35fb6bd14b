import { pushAll } from "../../base/extremes.ts";
import { invertOrder, isIdentityOrder, permute } from "../../base/shape.ts";
import { GraphBuilder } from "../../graph/builder.ts";
import { type Graph, type Value, copyGraph } from "../../graph/graph.ts";
import { pruned } from "../../graph/outputs.ts";
import { renameValues } from "../../graph/rename.ts";
import { nodesByLayer } from "../../model/facts/layer-nodes.ts";
import type { Network, Port } from "../../model/network.ts";
import { writeMetadata } from "./metadata.ts";

/**
 * The graph of a network as others should see it: inputs and outputs with the user's names and in the
 * user's layout, nodes and values named after the layers, class names and preprocessing in the
 * metadata.
 */
export function exportGraph(network: Network): Graph {
  const named = nameAfterLayers(network);
  let graph = copyGraph(named.graph);
  const declared = new Map(graph.outputs.map((value) => [value.name, value]));
  // Labels of text and maps of probabilities come out as they did, though no view can look at them.
  const kept = graph.outputs.filter(({ type, opaque }) => type === "string" || opaque);
  const keptNames = new Set(kept.map(({ name }) => name));
  const ports = named.outputs.filter(({ name }) => !keptNames.has(name));
  graph.outputs = ports.map((port): Value => ({
    name: port.value,
    type: port.type,
    shape: port.shape.length === 0 ? null : permute(port.shape, port.order),
    opaque: declared.get(port.value)?.opaque,
  }));
  pushAll(graph.outputs, kept);
  graph = pruned(graph);
  graph.name = network.name;
  graph.metadata = new Map([...graph.metadata, ...writeMetadata(network)]);
  ports.forEach((port, i) => (graph = userOutput(graph, port, i)));
  const places = new Map([...declared.keys()].map((name, i) => [name, i]));
  if (kept.length > 0)
    graph.outputs.sort((a, b) => (places.get(a.name) ?? 0) - (places.get(b.name) ?? 0));
  const read = new Set(graph.inputs.map((value) => value.name));
  return named.inputs.filter((port) => read.has(port.value)).reduce(userInput, graph);
}

/** Gives an output the user's name and layout. */
function userOutput(graph: Graph, port: Port, i: number): Graph {
  const perm = invertOrder(port.order);
  const { name } = graph.outputs[i]!;
  if (name === port.name && isIdentityOrder(perm)) return graph;
  const inner = new GraphBuilder(graph).fresh(`${port.name}/graph_layout`);
  const renamed = name === port.name ? renameValues(graph, new Map([[name, inner]])) : graph;
  const b = new GraphBuilder(renamed);
  const value = renamed.outputs[i]!.name;
  const outputs = [b.fresh(port.name)];
  if (isIdentityOrder(perm)) b.op("Identity", [value], {}, { outputs });
  else b.op("Transpose", [value], { perm }, { outputs });
  renamed.outputs[i] = { name: outputs[0]!, type: port.type, shape: port.shape };
  return renamed;
}

/** Puts a Transpose behind an input whose layout in the graph is not the user's. */
function userInput(graph: Graph, port: Port): Graph {
  if (isIdentityOrder(port.order)) return graph;
  const inner = new GraphBuilder(graph).fresh(`${port.value}/graph_layout`);
  const renamed = renameValues(graph, new Map([[port.value, inner]]));
  const perm = [...port.order];
  return {
    ...renamed,
    inputs: renamed.inputs.map((value) =>
      value.name === inner ? { name: port.value, type: port.type, shape: port.shape } : value,
    ),
    nodes: [
      {
        op: "Transpose",
        domain: "",
        name: "",
        inputs: [port.value],
        outputs: [inner],
        attributes: { perm: { kind: "ints", value: perm } },
      },
      ...renamed.nodes,
    ],
  };
}

/**
 * A network whose values are not called what the user calls them gets the names of its layers: the node
 * that makes a layer's output, and that output, have the layer's address; other nodes of the layer
 * stand below it.
 */
function nameAfterLayers(network: Network): Pick<Network, "graph" | "inputs" | "outputs"> {
  const { graph, inputs, outputs } = network;
  const made = new Set([
    ...graph.inputs.map((value) => value.name),
    ...graph.nodes.flatMap((node) => node.outputs),
  ]);
  if (network.layers.every((layer) => layer.outputs.every((port) => made.has(port.name))))
    return { graph, inputs, outputs };
  const names = new Map<string, string>();
  const taken = new Set([...graph.inputs.map((value) => value.name), ...graph.initializers.keys()]);
  const nodeNames = new Map<unknown, string>();
  for (const [layer, nodes] of nodesByLayer(network)) {
    const last = layer.outputs[0]?.value;
    for (const node of nodes) {
      const makes = last !== undefined && node.outputs.includes(last);
      nodeNames.set(node, makes ? layer.address : `${layer.address}/${node.op}`);
      if (!makes || taken.has(layer.address)) continue;
      names.set(last, layer.address);
      taken.add(layer.address);
    }
  }
  // A value that has a layer's name by chance must make room for the layer's own.
  const wanted = new Set(names.values());
  const b = new GraphBuilder(graph);
  for (const name of graph.nodes.flatMap((node) => node.outputs))
    if (wanted.has(name) && !names.has(name)) names.set(name, b.fresh(`${name}/inner`));
  const rename = <P extends Port>(port: P): P => ({
    ...port,
    value: names.get(port.value) ?? port.value,
  });
  const renamed = renameValues(graph, names);
  renamed.nodes.forEach((node, i) => (node.name = nodeNames.get(graph.nodes[i]) ?? node.name));
  return { graph: renamed, inputs: inputs.map(rename), outputs: outputs.map(rename) };
}
