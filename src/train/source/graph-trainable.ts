import { StriateError, namingSync } from "../../base/errors.ts";
import { GraphBuilder } from "../../graph/builder.ts";
import { type Graph, type GraphNode, copyGraph, nodeLabel } from "../../graph/graph.ts";
import type { RandomInput } from "../../layers/define-layer.ts";
import { houseForm } from "../../model/lowering/house-form.ts";
import type { Network, NetworkWeight } from "../../model/network.ts";
import { findOp } from "../../ops/index.ts";
import { setNetworkWeights } from "../model-weights.ts";
import type { Trainable, TrainingNetwork } from "./trainable.ts";

/**
 * The graph of any network as something to train: its weights are constants of the graph, and those that
 * are chosen become inputs of the training step. The others stay as they are. Dropout drops where it is in
 * the file; batch normalisation uses the statistics that it has, or those of the batch where the file says
 * so and its scale is trained.
 *
 * @param network its weights are kept up to date
 * @param options.trained the addresses of the weights that change
 * @param options.size [height, width] of a photo, where the network leaves them open
 * @throws StriateError where the network cannot be brought into a form that steps are made of
 */
export function graphTrainable(
  network: Network,
  { trained, size }: { trained: ReadonlySet<string>; size?: readonly [number, number] },
): Trainable {
  const chosen = new Map(
    [...network.weights].filter(([address, { trainable }]) => trainable && trained.has(address)),
  );
  const moving = new Set([...chosen.values()].map(({ value }) => value));
  // A statistic that training moves must not be folded either.
  const open = new Set([...network.weights.values()].map(({ value }) => value));
  const form = houseForm(network, { open, ...(size && { size }) });
  const { graph, inputs, outputs } = form;
  const common = { ...network, inputs, outputs, random: [], updates: new Map<string, string>() };
  const training = trainingOf({ ...common, graph }, chosen, moving);
  const predicting: Network = {
    ...common,
    graph: closed(inferenceOf(graph), network.graph, new Set()),
    weights: training.network.weights,
  };
  return {
    network: predicting,
    training: {
      ...training,
      network: {
        ...training.network,
        graph: closed(training.network.graph, network.graph, new Set(training.weights.values())),
      },
    },
    settle(weights) {
      setNetworkWeights(predicting, weights);
      setNetworkWeights(network, weights);
    },
    contents: () => ({ network }),
  };
}

/** Gives inputs that were constants their values back, but for those that a step is fed. */
function closed(graph: Graph, from: Graph, fed: ReadonlySet<string>): Graph {
  const result = copyGraph(graph);
  result.inputs = graph.inputs.filter(({ name }) => {
    const value = fed.has(name) ? undefined : from.initializers.get(name);
    if (value !== undefined) result.initializers.set(name, value);
    return value === undefined;
  });
  return result;
}

function inferenceOf(graph: Graph): Graph {
  const nodes = graph.nodes.map((node) => {
    const modes = findOp(node.domain, node.op)?.modes;
    return modes ? modes.inference(node) : node;
  });
  return { ...graph, nodes };
}

/** The network as it trains, with its chosen weights and the statistics that follow the batch. */
function trainingOf(
  network: Network,
  chosen: ReadonlyMap<string, NetworkWeight>,
  moving: ReadonlySet<string>,
): TrainingNetwork {
  const graph = copyGraph(network.graph);
  const b = new GraphBuilder(graph);
  const addressOf = new Map([...network.weights].map(([address, { value }]) => [value, address]));
  const random: RandomInput[] = [];
  const updates = new Map<string, string>();
  const shapeOf = (name: string) =>
    graph.values.get(name)?.shape ?? graph.inputs.find((input) => input.name === name)?.shape;
  const write = (node: GraphNode): void => {
    const modes = findOp(node.domain, node.op)?.modes;
    if (!modes) {
      graph.nodes.push(node);
      return;
    }
    modes.training({
      node,
      b,
      shape: (i) => lengthsOf(shapeOf(node.inputs[i]!)),
      constant: (i) => graph.initializers.get(node.inputs[i] ?? ""),
      trained: (i) => moving.has(node.inputs[i] ?? ""),
      dropout(rate, shape) {
        const value = b.fresh(`${node.outputs[0]}/random`);
        b.input(
          value,
          shape.map((length) => length ?? "N"),
        );
        random.push({ value, shape, distribution: "dropout", rate });
        return value;
      },
      update(i, output) {
        const address = addressOf.get(node.inputs[i]!);
        if (address === undefined) throw new StriateError("its statistics are no constants");
        updates.set(address, output);
      },
    });
  };
  const { nodes } = network.graph;
  graph.nodes = [];
  for (const node of nodes) namingSync(nodeLabel(node), () => write(node));
  const weights = new Map<string, NetworkWeight>();
  const read = new Set(graph.inputs.map(({ name }) => name));
  for (const [address, weight] of network.weights)
    if (!read.has(weight.value)) continue;
    else if (chosen.has(address)) weights.set(address, { ...weight, trainable: true });
    else if (updates.has(address)) weights.set(address, { ...weight, trainable: false });
  return {
    network: { ...network, graph, random, updates, weights },
    weights: new Map([...weights].map(([address, { value }]) => [address, value])),
    couplesBatch: updates.size > 0,
  };
}

/** Lengths with the batch as null. @throws StriateError where one is not known */
function lengthsOf(shape: readonly unknown[] | null | undefined): (number | null)[] {
  const lengths = shape?.map((length) => (length === "N" ? null : length));
  const isKnown = lengths?.every((length) => length === null || typeof length === "number");
  if (!lengths || !isKnown) throw new StriateError("the shape of its input is not known");
  return lengths as (number | null)[];
}
