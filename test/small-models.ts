import { parseKerasModel } from "../src/formats/keras/parse-model.ts";
import type { OpenedModel } from "../src/formats/format.ts";
import { initializeWeights } from "../src/model/lowering/initialize-weights.ts";
import { lowerModel } from "../src/model/lowering/lower.ts";
import type { Network } from "../src/model/network.ts";

/** A layer of a test's own network: class, name, settings, and what it reads (the one before by default). */
export interface SmallLayer {
  type: string;
  name: string;
  config?: Readonly<Record<string, unknown>>;
  reads?: readonly string[];
}

export const photoLayer = (size: number, channels = 3): SmallLayer => ({
  type: "InputLayer",
  name: "photo",
  config: { batch_input_shape: [null, size, size, channels], dtype: "float32" },
});

/** A functional Keras 2 model with drawn weights, opened as if it came from a file. */
export function smallModel(
  layers: readonly SmallLayer[],
  seed = 1,
  outputs?: readonly string[],
): OpenedModel {
  const keras = parseKerasModel(smallConfig(layers, "small", outputs), { kerasVersion: 2 });
  initializeWeights(keras, seed);
  const origin = { format: "Keras HDF5", dialect: "Keras 2 Functional", writer: "" };
  return { network: lowerModel(keras, { origin }), keras };
}

/** @param outputs names of layers; the last one by default */
export const smallNetwork = (
  layers: readonly SmallLayer[],
  seed = 1,
  outputs?: readonly string[],
): Network => smallModel(layers, seed, outputs).network;

/** Its configuration as Keras 2 writes it. */
export function smallConfig(
  layers: readonly SmallLayer[],
  name = "small",
  outputs: readonly string[] = [layers.at(-1)!.name],
) {
  const ends = layers
    .filter(({ type }) => type === "InputLayer")
    .map((layer) => [layer.name, 0, 0]);
  return {
    class_name: "Functional",
    config: {
      name,
      layers: layers.map(({ type, name: own, config = {}, reads }, i) => {
        const from = type === "InputLayer" ? [] : (reads ?? [layers[i - 1]!.name]);
        return {
          class_name: type,
          name: own,
          config: { name: own, ...config },
          inbound_nodes: from.length > 0 ? [from.map((source) => [source, 0, 0, {}])] : [],
        };
      }),
      input_layers: ends,
      output_layers: outputs.map((output) => [output, 0, 0]),
    },
  };
}

/** A small residual network with everything that folds: convolution, normalisation, activation, sum. */
export const residualLayers: readonly SmallLayer[] = [
  photoLayer(16),
  { type: "Conv2D", name: "conv", config: conv(4, 3) },
  { type: "BatchNormalization", name: "bn" },
  { type: "Activation", name: "act", config: { activation: "relu" } },
  { type: "Conv2D", name: "branch", config: conv(4, 3) },
  { type: "BatchNormalization", name: "branch_bn" },
  { type: "Dropout", name: "drop", config: { rate: 0.25 }, reads: ["act"] },
  { type: "Add", name: "add", reads: ["branch_bn", "act"] },
  { type: "ReLU", name: "sum_act" },
  { type: "Conv2D", name: "narrow", config: conv(8, 3, 2) },
  { type: "GlobalAveragePooling2D", name: "pool" },
  { type: "Dense", name: "classes", config: { units: 3, activation: "softmax" } },
];

function conv(filters: number, kernel: number, stride = 1): Record<string, unknown> {
  return { filters, kernel_size: [kernel, kernel], strides: [stride, stride], padding: "same" };
}
