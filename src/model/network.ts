import type { DataType, Tensor } from "../base/tensor.ts";
import { type Tensor as AnyTensor } from "../base/tensor.ts";
import { transpose } from "../base/transpose.ts";
import { StriateError } from "../base/errors.ts";
import { selectNames } from "../base/names.ts";
import { formatShape, invertOrder } from "../base/shape.ts";
import type { Dim, Graph } from "../graph/graph.ts";
import type { LayerFacts, LayerKind, RandomInput } from "../layers/define-layer.ts";

/**
 * A network that is ready to be looked at: the one thing that views, training and the page know,
 * whatever file it came from.
 */
export interface Network {
  name: string;
  /** Forward graph. Inside, everything is NCHW. */
  graph: Graph;
  inputs: Port[];
  outputs: Port[];
  /**
   * Where the user of this network has the channels of a picture: last in Keras (as a rule), second
   * in ONNX.
   */
  layout: "NHWC" | "NCHW";
  /** In the order of the forward pass. */
  layers: NetworkLayer[];
  /** By address, `conv2d/kernel`. */
  weights: Map<string, NetworkWeight>;
  /** Random tensors that a training step feeds; empty for an inference network. */
  random: RandomInput[];
  /** New values, by weight address, that weights which are not trained take after a step. */
  updates: Map<string, string>;
  /** Values whose size counts in the loss; absent where there is none. */
  activities?: readonly Activity[];
  /** Words for the classes, where the file has them. */
  labels?: string[];
  /** What the file says of its own preprocessing (`striate` metadata, ONNX metadata), as JSON. */
  preprocessing?: Record<string, unknown>;
  /** What each epoch of its training reported, where the file says it: `History` as JSON. */
  history?: Record<string, unknown>;
  /**
   * By output name: what makes probabilities of an output that the network leaves as logits, known from the
   * loss that it was trained with (`from_logits`); `identity` where the loss compared its numbers as they are.
   */
  intended?: Readonly<Record<string, "sigmoid" | "softmax" | "identity">>;
  /** Names of the file's outputs that cannot be computed, and are not among {@link outputs}. */
  lostOutputs?: readonly string[];
  /** What was assumed where the file leaves something open, in sentences. */
  assumptions?: readonly string[];
  origin: Origin;
}

/** Where a network came from, for people. */
export interface Origin {
  /** `Keras HDF5`, `ONNX`. */
  format: string;
  /** `Keras 2 Sequential`, `opset 13`. */
  dialect: string;
  /** `Keras 2.15.0 (tensorflow)`; empty where the file does not say. */
  writer: string;
  file?: string;
}

/**
 * A value of the graph as the user sees it. `order` says how: axis `i` of the graph value is axis
 * `order[i]` of the user's tensor.
 */
export interface Port {
  /** The user's name of it. */
  name: string;
  /** The graph value. */
  value: string;
  type: DataType;
  /** In the user's layout; null or a symbol where the length is free. */
  shape: readonly Dim[];
  order: readonly number[];
  /** The boolean graph value `(N, T)` that says which of its steps count (Masking, Embedding). */
  mask?: string;
}

export interface NetworkLayer {
  /** `conv2d_1`, `base/block5_conv3`, `conv[1]`. */
  address: string;
  className: string;
  kind: LayerKind;
  facts?: LayerFacts;
  /** What the layer reads, as addresses. */
  inbound: string[];
  /** Graph values that the layer reads, in order. */
  reads: string[];
  /** What it produces; most layers have one output. */
  outputs: Port[];
  /** The value before the layer's own activation, where it has one. */
  preActivation?: Port;
  /** The layer's own activation: `relu`; absent where it has none. */
  activation?: string;
  /** Addresses of its weights. */
  weights: string[];
  /** Why the layer cannot be run; it then has no outputs. Absent of a layer that can. */
  unavailable?: Unavailable;
  /** Number of elements of its weights. */
  parameters: { trainable: number; fixed: number };
  config: Readonly<Record<string, unknown>>;
}

/** Why a layer cannot be run: a fault of its own, or layers before it that cannot. */
export interface Unavailable {
  /** In words, without the layer's name: `this op of TFLite is not known`. */
  why: string;
  /** Addresses of the layers whose values it would need; empty where the fault is its own. */
  needs: readonly string[];
}

export interface NetworkWeight {
  /** Name of the initializer in the graph. */
  value: string;
  /** Shape in the file's own layout. */
  shape: readonly number[];
  /** Graph layout: axes in this order, then `graphShape`. */
  order: readonly number[];
  graphShape: readonly number[];
  trainable: boolean;
  initializer?: unknown;
  regularizer?: unknown;
  constraint?: unknown;
}

/** A value whose size counts in the loss of a batch, divided by the rows of the batch. */
export interface Activity {
  value: string;
  rank: number;
  /** The graph axis of the batch. */
  batchAxis: number;
  /** Whether the steps of a sequence stand in the batch. */
  hasSteps: boolean;
  /** As a Keras file has it. */
  regularizer: unknown;
}

/** A tensor of the graph in the user's layout. */
export function toUser<T extends DataType>(value: Tensor<T>, port: Pick<Port, "order">): Tensor<T> {
  return transpose(value, invertOrder(port.order));
}

/** A tensor in the user's layout as the graph wants it. */
export function toGraph<T extends DataType>(
  value: Tensor<T>,
  port: Pick<Port, "order">,
): Tensor<T> {
  return transpose(value, port.order);
}

/** Puts a weight from the file's layout into the graph's. */
export function weightToGraph(
  value: AnyTensor,
  weight: Pick<NetworkWeight, "order" | "graphShape">,
): AnyTensor {
  return { ...transpose(value, weight.order), shape: weight.graphShape };
}

/** Puts a weight from the graph's layout back into the file's. */
export function weightToUser(
  value: AnyTensor,
  weight: Pick<NetworkWeight, "order" | "shape">,
): AnyTensor {
  const ordered = weight.order.map((axis) => weight.shape[axis]!);
  return transpose({ ...value, shape: ordered }, invertOrder(weight.order));
}

/**
 * The layers that a pattern names: an address, a unique prefix, a glob, or a list of these; `conv`
 * stands for every convolution (told by its class, whatever it is called), `all` for every layer.
 * The name of a value that a layer makes will do too: in ONNX files it is often the better known one.
 */
export function selectLayers(network: Network, pattern: string): NetworkLayer[] {
  const byAddress = new Map(network.layers.map((layer) => [layer.address, layer]));
  const byValue = new Map(
    network.layers.flatMap((layer) => layer.outputs.map((port) => [port.name, layer] as const)),
  );
  const parts = byAddress.has(pattern) ? [pattern] : pattern.split(",").map((part) => part.trim());
  const chosen = new Set<NetworkLayer>();
  for (const part of parts)
    for (const layer of runnable(network, part, namedBy(part))) chosen.add(layer);
  return network.layers.filter((layer) => chosen.has(layer));

  function namedBy(part: string): NetworkLayer[] {
    if (part === "conv" && !byAddress.has("conv"))
      return network.layers.filter(({ kind }) => kind === "convolution");
    if (!byAddress.has(part) && byValue.has(part)) return [byValue.get(part)!];
    return selectNames(part, [...byAddress.keys()], "layer").map((address) =>
      byAddress.get(address)!,
    );
  }
}

/** Those of the layers that can be run; an error where a pattern names none but others. */
function runnable(
  { layers: all }: Network,
  pattern: string,
  layers: readonly NetworkLayer[],
): NetworkLayer[] {
  const able = layers.filter(({ unavailable }) => unavailable === undefined);
  const first = layers.find(({ unavailable }) => unavailable);
  // The input alone is nothing that anybody asks for.
  if (first === undefined || able.some(({ kind }) => kind !== "input")) return able;
  const root = rootOf(all, first);
  const needs = root === first ? "" : `it needs "${root.address}" (${root.className}), which `;
  throw new StriateError(
    `layer "${first.address}" (${first.className}) cannot be run${layers.length > 1 ? `, nor any other in "${pattern}"` : ""}: ` +
      `${needs}${root.unavailable!.why}`,
  );
}

/** The layer whose own fault it is that a layer cannot be run. */
function rootOf(all: readonly NetworkLayer[], layer: NetworkLayer): NetworkLayer {
  let root = layer;
  for (let step = 0; step < all.length; step++) {
    const next = all.find(({ address }) => address === root.unavailable?.needs[0]);
    if (!next?.unavailable) return root;
    root = next;
  }
  return root;
}

/**
 * The axis of a layer's value that its channels lie on, as the user counts axes: the last, or the one
 * behind the batch where pictures have their channels first.
 *
 * @param config of the layer, whose `data_format` counts more than the network's layout
 */
export function channelAxis(
  rank: number,
  layout: Network["layout"],
  config: Readonly<Record<string, unknown>> = {},
): number {
  const first = config.data_format ? config.data_format === "channels_first" : layout === "NCHW";
  return first ? Math.min(1, rank - 1) : rank - 1;
}

/**
 * By the address of a convolution or a dense layer the activation that it has behind it as a layer of its own, and
 * that nothing else reads past: in ONNX files `Relu`.
 */
export function ownActivations({ layers }: Network): ReadonlyMap<string, NetworkLayer> {
  const readers = new Map<string, NetworkLayer[]>();
  for (const layer of layers)
    for (const address of new Set(layer.inbound))
      readers.set(address, [...(readers.get(address)?.slice(0, 1) ?? []), layer]);
  const found = new Map<string, NetworkLayer>();
  for (const { address, kind } of layers) {
    const [reader, another] = readers.get(address) ?? [];
    const isWeighted = kind === "convolution" || kind === "dense";
    if (isWeighted && reader?.kind === "activation" && !another) found.set(address, reader);
  }
  return found;
}

/** A batch of one, for an input that is one picture and has no batch. */
export function withoutBatch(value: AnyTensor, port: Port): AnyTensor {
  const [batch, ...shape] = value.shape;
  return batch === 1 && shape.length > 0 && shape.length === port.shape.length
    ? { ...value, shape }
    : value;
}

/** Checks a tensor against a port; free lengths take any value. */
export function checkInput(value: AnyTensor, port: Port): void {
  const fits =
    value.shape.length === port.shape.length &&
    port.shape.every((length, axis) => typeof length !== "number" || length === value.shape[axis]);
  if (!fits)
    throw new StriateError(
      `input "${port.name}": expected shape ${formatShape(port.shape)}, got ${formatShape(value.shape)}`,
    );
}
