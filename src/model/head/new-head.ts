import { StriateError } from "../../base/errors.ts";
import { formatShape } from "../../base/shape.ts";
import { zeros } from "../../base/tensor.ts";
import { GraphBuilder } from "../../graph/builder.ts";
import { type Graph, copyGraph } from "../../graph/graph.ts";
import { pruned } from "../../graph/outputs.ts";
import { featureValue } from "./feature-value.ts";
import { drawWeight } from "../lowering/initialize-weights.ts";
import type { Network, NetworkLayer, NetworkWeight, Port } from "../network.ts";

/** The units of a head for some classes: two share one sigmoid, more get a softmax. */
export function unitsFor(classNames: readonly string[]): number {
  const { length: classes } = classNames;
  if (classes < 2)
    throw new StriateError(
      `a head tells classes apart, and there is ${classes === 1 ? `only one (${classNames[0]})` : "none"}; ` +
        "give at least two",
    );
  return classes === 2 ? 1 : classes;
}

/**
 * The same network with a new head behind its last pooled or flattened value: a dense layer with freshly
 * drawn weights (Glorot, uniform), and a sigmoid for two classes or a softmax for more. Maps that nothing
 * pools are averaged over their places first. All outputs of before are gone.
 *
 * @throws StriateError where there are fewer than two classes, or the size of that value is not known
 */
export function withNewHead(network: Network, classNames: readonly string[], seed = 0): Network {
  const units = unitsFor(classNames);
  const { value, features, batch, isMap } = featuresOf(network);
  const graph = copyGraph(network.graph);
  const b = new GraphBuilder(graph);
  const dense = freeAddress(network, "head");
  const end = freeAddress(network, "predictions");
  const row = isMap ? pooled(b, value, dense) : value;
  const kernel = weight(b.fresh(`${dense}/kernel`), [features, units]);
  const bias = weight(b.fresh(`${dense}/bias`), [units]);
  const drawn = drawWeight("glorot_uniform", kernel.shape, `${dense}/kernel`, seed);
  b.initializer(kernel.value, drawn);
  b.initializer(bias.value, zeros("float32", bias.shape));
  const reads = [row, kernel.value, bias.value];
  const logits = b.op("Gemm", reads, {}, { name: dense, outputs: [b.fresh(dense)] });
  const [kind, config] = units === 1 ? ["Sigmoid", {}] : ["Softmax", { axis: 1 }];
  const result = b.op(kind, [logits], config, { name: end, outputs: [b.fresh(end)] });
  const shape = [batch, units];
  graph.outputs = [{ name: result, type: "float32", shape }];
  pruned(graph);
  const port = (name: string, of: string): Port => ({
    ...{ name, value: of, type: "float32", shape, order: [0, 1] },
  });
  const kept = layersIn(graph, network.layers);
  const maker = kept.findLast(({ outputs }) => outputs.some((each) => each.value === value));
  const head: NetworkLayer[] = [
    {
      ...{ address: dense, className: "Gemm", kind: "dense", config: {} },
      ...{ inbound: maker ? [maker.address] : [], reads: [row], outputs: [port(dense, logits)] },
      weights: [`${dense}/kernel`, `${dense}/bias`],
      parameters: { trainable: (features + 1) * units, fixed: 0 },
    },
    {
      ...{ address: end, className: kind, kind: "activation", config, weights: [] },
      ...{ inbound: [dense], reads: [logits], outputs: [port(end, result)] },
      parameters: { trainable: 0, fixed: 0 },
    },
  ];
  return {
    ...network,
    ...{ intended: undefined, lostOutputs: undefined, history: undefined },
    graph,
    inputs: network.inputs.filter((each) => graph.inputs.some(({ name }) => name === each.value)),
    outputs: [port(end, result)],
    layers: [...kept, ...head],
    labels: [...classNames],
    weights: new Map([
      ...[...network.weights].filter((each) => graph.initializers.has(each[1].value)),
      [`${dense}/kernel`, kernel],
      [`${dense}/bias`, bias],
    ]),
  };
}

/** What a head tells classes apart by. */
function featuresOf(network: Network) {
  const file = network.origin.file ?? network.name;
  const feature = featureValue(network);
  const [batch = null, features] = feature?.shape ?? [];
  if (feature === undefined || typeof features !== "number")
    throw new StriateError(
      `${file}: has no value of a known size that a new head could be put behind`,
    );
  const { value, shape } = feature;
  if (shape.length !== 2 && shape.length !== 4)
    throw new StriateError(
      `${file}: a new head needs pooled, flattened or convolutional features, the network ends with ` +
        formatShape(shape),
    );
  return { value, features, batch, isMap: shape.length === 4 };
}

/** The mean of each map. */
function pooled(b: GraphBuilder, maps: string, name: string): string {
  const means = b.op("GlobalAveragePool", [maps], {}, { name: `${name}/pool` });
  return b.op("Flatten", [means], { axis: 1 }, { name: `${name}/flatten` });
}

/** Copies of the layers that a graph still has. */
function layersIn(graph: Graph, layers: readonly NetworkLayer[]): NetworkLayer[] {
  const made = new Set(graph.nodes.flatMap((node) => node.outputs));
  for (const { name } of graph.inputs) made.add(name);
  return layers
    .filter(({ outputs }) => outputs.some(({ value }) => made.has(value)))
    .map((layer) => ({ ...layer, weights: [...layer.weights] }));
}

const weight = (value: string, shape: readonly number[]): NetworkWeight => ({
  ...{ value, shape, order: [...shape.keys()], graphShape: shape, trainable: true },
});

function freeAddress({ layers }: Network, wanted: string): string {
  const taken = new Set(layers.map(({ address }) => address));
  let address = wanted;
  for (let i = 1; taken.has(address); i++) address = `${wanted}_${i}`;
  return address;
}
