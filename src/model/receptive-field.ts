import type { GraphNode } from "../graph/graph.ts";
import { attribute } from "../graph/attributes.ts";
import type { Network } from "./network.ts";

/**
 * Which part of the input one pixel of a feature map can see, along one spatial axis: pixel `i` sees
 * the input from `start + i * step` on, `size` pixels far. `start` may be negative: it sees padding.
 */
export interface Field1d {
  size: number;
  step: number;
  start: number;
}

/** The receptive field along each spatial axis; `"all"`: a value that sees the whole input. */
export type ReceptiveField = readonly Field1d[] | "all";

/**
 * The receptive field of every value of the graph that depends on an input of rank 3 to 5.
 *
 * Source: Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks",
 * Distill 2019.
 */
export function receptiveFields(network: Network): Map<string, ReceptiveField> {
  const fields = new Map<string, ReceptiveField>();
  for (const { value, shape } of network.inputs)
    fields.set(
      value,
      Array.from({ length: Math.max(0, shape.length - 2) }, () => ({ size: 1, step: 1, start: 0 })),
    );
  for (const node of network.graph.nodes) {
    const seen = node.inputs.map((name) => fields.get(name)).filter((field) => field !== undefined);
    if (seen.length === 0) continue;
    const field = fieldOf(network, node, seen);
    for (const output of node.outputs) fields.set(output, field);
  }
  return fields;
}

/** Ops that slide a window over the picture. */
const sliding = /^(Conv|FusedConv|MaxPool|AveragePool|LpPool|ConvInteger|QLinearConv)$/;

/** Ops after which a pixel is no longer at a place of its own. */
const mixing =
  /^(Flatten|Gemm|MatMul|Global|Reduce|ArgM|Softmax|LSTM|GRU|RNN|Reshape|Attention|InstanceN|LayerN|GroupN|Einsum)/;

function fieldOf(network: Network, node: GraphNode, seen: ReceptiveField[]): ReceptiveField {
  if (seen.includes("all")) return "all";
  const joined = join(seen as Field1d[][]);
  if (sliding.test(node.op)) return slide(network, node, joined);
  if (node.op === "ConvTranspose") return spread(network, node, joined);
  if (node.op === "Pad") return pad(network, node, joined);
  return mixing.test(node.op) ? "all" : joined;
}

function kernelOf(network: Network, node: GraphNode): readonly number[] {
  const declared = attribute(node, "kernel_shape", "ints");
  return declared ?? network.graph.initializers.get(node.inputs[1] ?? "")?.shape.slice(2) ?? [];
}

function slide(network: Network, node: GraphNode, field: readonly Field1d[]): Field1d[] {
  const kernel = kernelOf(network, node);
  const strides = attribute(node, "strides", "ints", []);
  const dilations = attribute(node, "dilations", "ints", []);
  const pads = attribute(node, "pads", "ints", []);
  return field.map(({ size, step, start }, i) => ({
    size: size + ((kernel[i] ?? 1) - 1) * (dilations[i] ?? 1) * step,
    step: step * (strides[i] ?? 1),
    start: start - (pads[i] ?? 0) * step,
  }));
}

/** A transposed convolution: each output pixel reads about kernel / stride pixels, which lie closer. */
function spread(network: Network, node: GraphNode, field: readonly Field1d[]): Field1d[] {
  const kernel = kernelOf(network, node);
  const strides = attribute(node, "strides", "ints", []);
  return field.map(({ size, step, start }, i) => {
    const stride = strides[i] ?? 1;
    const reads = Math.ceil((kernel[i] ?? 1) / stride);
    return {
      size: size + (reads - 1) * step,
      step: step / stride,
      start: start - (reads - 1) * step,
    };
  });
}

/** Padding as an op of its own moves the places of all pixels. */
function pad(network: Network, node: GraphNode, field: readonly Field1d[]): Field1d[] {
  const pads = network.graph.initializers.get(node.inputs[1] ?? "");
  return field.map((axis, i) => ({
    ...axis,
    start: axis.start - Number(pads?.data[i + 2] ?? 0) * axis.step,
  }));
}

/** Where branches meet, a pixel sees what any of them saw. */
function join(fields: readonly (readonly Field1d[])[]): Field1d[] {
  const [first = [], ...rest] = fields;
  return first.map((axis, i) => {
    let { size, step, start } = axis;
    for (const other of rest) {
      const field = other[i];
      if (field === undefined) continue;
      const end = Math.max(start + size, field.start + field.size);
      start = Math.min(start, field.start);
      size = end - start;
      step = Math.max(step, field.step);
    }
    return { size, step, start };
  });
}
