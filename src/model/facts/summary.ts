import { namingSync } from "../../base/errors.ts";
import { printable } from "../../base/printable.ts";
import { formatShape, sizeOf } from "../../base/shape.ts";
import {
  type Column,
  formatBytes,
  formatCount,
  textTable,
  withThousands,
} from "../../base/text-table.ts";
import { bytesPerElement } from "../../base/tensor.ts";
import { inferShapes } from "../../ops/infer/infer-shapes.ts";
import { nodesByLayer } from "./layer-nodes.ts";
import { multiplyAdds } from "./multiply-adds.ts";
import type { Network, NetworkLayer, NetworkWeight } from "../network.ts";
import { type ReceptiveField, receptiveFields } from "./receptive-field.ts";

/** One line of the table. */
export interface LayerSummary {
  address: string;
  className: string;
  /** In the user's layout; null or a symbol where a length is free. */
  outputShapes: (readonly (number | string | null)[])[];
  /** Null where the layer cannot be run, and the file does not say how many it has. */
  parameters: number | null;
  /** For one row of a batch; null where a length is free. */
  multiplyAdds: number | null;
  /** Height and width in input pixels, `"all"`, or null where the layer sees no picture. */
  receptiveField: readonly number[] | "all" | null;
  inbound: readonly string[];
  /** Why the layer cannot be run, where it cannot. */
  unavailable?: string;
}

export interface ParameterCount {
  total: number;
  trainable: number;
  fixed: number;
}

/** What `model.summary()` says, as data. */
export interface NetworkSummary {
  name: string;
  origin: Network["origin"];
  layers: LayerSummary[];
  parameters: ParameterCount & { bytes: ParameterCount };
  multiplyAdds: number | null;
}

/** Counts and measures every layer. Parameters of shared weights count once in the totals. */
export function summarize(network: Network): NetworkSummary {
  return namingSync(network.origin.file ?? network.name, () => measured(network));
}

function measured(network: Network): NetworkSummary {
  inferShapes(network.graph);
  const nodes = nodesByLayer(network);
  const fields = receptiveFields(network);
  const counted = new Map(
    [...nodes].map(([layer, own]) => {
      const counts = own.map((node) => multiplyAdds(network.graph, node));
      return [layer, counts.includes(null) ? null : sum(counts as number[])];
    }),
  );
  const layers = network.layers.map((layer): LayerSummary => {
    const prefix = `${layer.address}/`;
    const own =
      layer.kind === "model"
        ? network.layers.filter((inner) => inner.address.startsWith(prefix))
        : [layer];
    const counts = own.map((part) => counted.get(part) ?? null);
    const parameters = sum(own.map((part) => part.parameters.trainable + part.parameters.fixed));
    const isRun = layer.unavailable === undefined;
    return {
      address: layer.address,
      className: layer.className,
      outputShapes: layer.outputs.map((port) => port.shape),
      ...(layer.unavailable && { unavailable: layer.unavailable.why }),
      parameters: isRun || parameters > 0 ? parameters : null,
      multiplyAdds: !isRun || counts.includes(null) ? null : sum(counts as number[]),
      receptiveField: fieldSize(fields.get(layer.outputs[0]?.value ?? ""), layer),
      inbound: layer.inbound,
    };
  });
  const weights = [...network.weights.values()];
  const total = (each: (weight: NetworkWeight) => number): ParameterCount => {
    const part = (trainable: boolean) =>
      sum(weights.filter((weight) => weight.trainable === trainable).map(each));
    const [own, fixed] = [part(true), part(false)];
    return { total: own + fixed, trainable: own, fixed };
  };
  const size = (weight: NetworkWeight) => sizeOf(weight.shape);
  const totals = [...counted.values()];
  return {
    name: network.name,
    origin: network.origin,
    layers,
    parameters: {
      ...total(size),
      bytes: total((weight) => size(weight) * bytesPerWeight(network, weight)),
    },
    multiplyAdds: totals.includes(null) ? null : sum(totals as number[]),
  };
}

/** A weight may be stored in fewer bytes than it is computed in. */
function bytesPerWeight({ graph }: Network, { value }: NetworkWeight): number {
  return bytesPerElement(graph.initializers.get(value)?.type ?? "float32");
}

function fieldSize(
  field: ReceptiveField | undefined,
  layer: NetworkLayer,
): readonly number[] | "all" | null {
  if (layer.kind === "input" || field === undefined || field.length === 0) return null;
  return field === "all" ? "all" : field.map((axis) => axis.size);
}

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);

/**
 * The table that `model.summary()` prints in Keras, with receptive field and multiply-adds.
 *
 * @param width columns that it may take; names are cut where it is wider
 */
export function formatSummary(summary: NetworkSummary, width = Infinity): string {
  const chain = summary.layers.every(
    (layer, i) =>
      layer.inbound.length <= 1 &&
      (i === 0 ||
        layer.inbound[0] === summary.layers[i - 1]!.address ||
        layer.inbound.length === 0),
  );
  const columns: Column[] = [
    { title: "Layer (type)" },
    { title: "Output Shape" },
    { title: "Param #", right: true },
    { title: "Receptive field", right: true },
    { title: "Multiply-adds", right: true },
    ...(chain ? [] : [{ title: "Connected to" }]),
  ];
  const rows = summary.layers.map((layer) => [
    `${layer.address} (${layer.className})`,
    layer.unavailable === undefined
      ? layer.outputShapes.map((shape) => formatShape(keras(shape))).join(", ")
      : "not run",
    layer.parameters === null ? "?" : withThousands(layer.parameters),
    layer.receptiveField === null
      ? ""
      : layer.receptiveField === "all"
        ? "all"
        : layer.receptiveField.join(" x "),
    layer.multiplyAdds === null
      ? "?"
      : layer.multiplyAdds === 0
        ? ""
        : formatCount(layer.multiplyAdds),
    ...(chain ? [] : [layer.inbound.filter((address) => address !== "").join(", ")]),
  ]);
  const { parameters } = summary;
  const line = (title: string, part: keyof ParameterCount) =>
    ` ${title}: ${withThousands(parameters[part])} (${formatBytes(parameters.bytes[part])})`;
  return [
    `Model: "${printable(summary.name)}"`,
    textTable(columns, rows, width),
    line("Total params", "total"),
    line("Trainable params", "trainable"),
    line("Non-trainable params", "fixed"),
    ` Multiply-adds per photo: ${summary.multiplyAdds === null ? "not known (a length is free)" : formatCount(summary.multiplyAdds)}`,
  ].join("\n");
}

/** A free batch is Keras' None. */
const keras = (shape: readonly (number | string | null)[]) =>
  shape.map((length, axis) => (axis === 0 && typeof length === "string" ? null : length));
