import type { Graph, GraphNode, Value } from "../../graph/graph.ts";
import { withOutputs } from "../../graph/outputs.ts";
import { nodesFor, outerReads } from "../../graph/traverse.ts";
import { nodesByLayer } from "../../model/facts/layer-nodes.ts";
import type { Network, Port } from "../../model/network.ts";
import { bindDims } from "../../ops/infer/bind-dims.ts";
import { setNetworkWeights } from "../model-weights.ts";
import type { Trainable } from "./trainable.ts";

/**
 * The same training with the frozen layers at the front taken apart from it: what is trained reads what
 * they make. Their forward pass is then run by itself (and kept, row by row), and no training step is made
 * of it. Where nothing with a kernel is frozen at the front, it stays as it is.
 */
export function withFrozenFront(trainable: Trainable): Trainable {
  const { training, network } = trainable;
  const parts = partsOf(training.network, changesIn(training.network));
  const edge = edgeOf(training.network, parts);
  if (edge === undefined || !sameFront(training.network.graph, network.graph, edge))
    return trainable;
  const tail = tailOf(network, edge, partsOf(network, parts.moving));
  const trained = tailOf(training.network, edge, parts);
  const outputs = edge.map(portOf);
  const front = {
    ...network,
    graph: withOutputs(
      network.graph,
      outputs.map(({ value }) => value),
    ),
    outputs,
  };
  const weights = [...training.weights].filter(([address]) => trained.weights.has(address));
  return {
    ...trainable,
    network: tail,
    training: { ...training, network: trained, weights: new Map(weights) },
    front,
    settle(given) {
      trainable.settle(given);
      setNetworkWeights(tail, given);
    },
  };
}

/** What of a network follows from its inputs, and what of that a training changes. */
interface Parts {
  data: ReadonlySet<string>;
  moving: ReadonlySet<string>;
}

/** @param changes the values that a training changes */
function partsOf(network: Network, changes: Iterable<string>): Parts {
  const data = new Set(network.inputs.map(({ value }) => value));
  const moving = new Set(changes);
  for (const node of network.graph.nodes) {
    const reads = readsOf(node);
    for (const set of [data, moving])
      if (reads.some((name) => set.has(name))) for (const name of node.outputs) set.add(name);
  }
  return { data, moving };
}

/** Trained weights, what each step draws, and what depends on the other rows of a batch. */
const changesIn = (network: Network): string[] => [
  ...[...network.weights.values()].flatMap(({ value, trainable }) => (trainable ? [value] : [])),
  ...network.random.map(({ value }) => value),
  ...statisticsOf(network),
];

/** What layers make that keep statistics of the batch, which no row has alone. */
function statisticsOf(network: Network): string[] {
  if (network.updates.size === 0) return [];
  return [...nodesByLayer(network)]
    .filter(([{ weights }]) => weights.some((address) => network.updates.has(address)))
    .flatMap(([, nodes]) => nodes.flatMap(({ outputs }) => outputs));
}

const readsOf = (node: GraphNode): string[] => [...node.inputs, ...outerReads(node)];

/**
 * The values where the frozen part ends; undefined where there is no kernel in it, or a value of it is
 * looked at in training.
 */
function edgeOf(network: Network, { data, moving }: Parts): Value[] | undefined {
  const { outputs, activities = [], graph } = network;
  const watched = [
    ...activities.map(({ value }) => value),
    ...outputs.flatMap((p) => p.mask ?? []),
  ];
  if (watched.some((name) => !moving.has(name))) return undefined;
  const isFrozen = (name: string) => data.has(name) && !moving.has(name);
  const read = new Set(outputs.map(({ value }) => value));
  for (const node of graph.nodes)
    if (node.outputs.some((name) => moving.has(name)))
      for (const name of readsOf(node)) read.add(name);
  const names = [...read].filter(isFrozen);
  const before = new Set(nodesFor(graph, names).flatMap(readsOf));
  const isKernel = ({ value, graphShape }: { value: string; graphShape: readonly number[] }) =>
    before.has(value) && graphShape.length > 1;
  if (![...network.weights.values()].some(isKernel) && !kernelIn(graph, before)) return undefined;
  const { values, inputs } = bindDims(graph, {});
  const edge = names.map((name): Value | undefined => {
    const known = values.get(name) ?? inputs.find((input) => input.name === name);
    const [batch, ...shape] = known?.shape ?? [];
    const isPlain = batch === "N" && shape.every((length) => typeof length === "number");
    return known?.type === "float32" && isPlain ? { ...known, name } : undefined;
  });
  return edge.every((value) => value !== undefined) ? edge : undefined;
}

/** Whether a frozen kernel is among the constants that are read. */
const kernelIn = (graph: Graph, read: ReadonlySet<string>): boolean =>
  [...graph.initializers].some(
    ([name, { type, shape }]) => type === "float32" && shape.length > 1 && read.has(name),
  );

/** Whether two forms of a network have the same nodes up to the edge. */
function sameFront(training: Graph, predicting: Graph, edge: readonly Value[]): boolean {
  const names = edge.map(({ name }) => name);
  const plain = (graph: Graph) =>
    JSON.stringify(nodesFor(graph, names).map(({ op, inputs, outputs }) => [op, inputs, outputs]));
  return plain(training) === plain(predicting);
}

/** What lies behind the edge, as a network of its own. */
function tailOf(network: Network, edge: readonly Value[], { data, moving }: Parts): Network {
  const { graph } = network;
  const nodes = graph.nodes.filter(({ outputs }) =>
    outputs.some((name) => moving.has(name) || !data.has(name)),
  );
  const wanted = [
    ...network.outputs.map(({ value }) => value),
    ...network.updates.values(),
    ...(network.activities ?? []).map(({ value }) => value),
    ...network.outputs.flatMap(({ mask }) => mask ?? []),
  ];
  const cut = { ...graph, nodes };
  cut.nodes = nodesFor(cut, wanted);
  const read = new Set([...wanted, ...cut.nodes.flatMap(readsOf)]);
  const isOf = ({ value }: { value: string }) => read.has(value);
  const inputs = graph.inputs.filter(({ name }) => read.has(name) && !data.has(name));
  const made = new Set(cut.nodes.flatMap(({ outputs }) => outputs));
  return {
    ...network,
    graph: {
      ...cut,
      inputs: [...edge, ...inputs],
      initializers: new Map([...graph.initializers].filter(([name]) => read.has(name))),
      values: new Map([...graph.values].filter(([name]) => made.has(name))),
    },
    inputs: edge.map(portOf),
    layers: network.layers.filter(({ outputs }) => outputs.some(({ value }) => made.has(value))),
    weights: new Map([...network.weights].filter(([, weight]) => isOf(weight))),
  };
}

/** The edge as its reader's input; the graph's layout is the only one that it has. */
const portOf = ({ name, type, shape }: Value): Port => ({
  name,
  value: name,
  type,
  shape: shape ?? [],
  order: [...(shape ?? []).keys()],
});
