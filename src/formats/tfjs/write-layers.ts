import { StriateError } from "../../base/errors.ts";
import { type Tensor, bytesOf, toFloat32 } from "../../base/tensor.ts";
import type { KerasModel, Layer } from "../../model/model.ts";
import type { OpenedModel, WrittenFile } from "../format.ts";
import { isObject } from "../keras/json.ts";
import { type LayerWeights, listWeights } from "../../model/lowering/list-weights.ts";
import { kerasOf, ownNotes } from "../keras/own-notes.ts";
import { trainingConfig } from "../keras/write-compile.ts";
import { modelConfig } from "../keras/write-model.ts";

/** As TF.js' own converter: browsers keep files up to this size. */
const SHARD_BYTES = 4 * 2 ** 20;

/** The Keras whose words are written. */
const kerasVersion = "2.15.0";

/**
 * Layer classes that TF.js has.
 *
 * Source: tfjs-layers/src/exports_layers.ts
 */
const known = new Set(
  (
    "InputLayer Conv1D Conv2D Conv2DTranspose Conv3D Conv3DTranspose SeparableConv2D DepthwiseConv2D " +
    "Cropping2D UpSampling2D Activation Dense Dropout Embedding Flatten Permute RepeatVector Reshape " +
    "SpatialDropout1D ELU LeakyReLU PReLU ReLU Softmax ThresholdedReLU Add Average Concatenate Maximum " +
    "Minimum Multiply Dot BatchNormalization LayerNormalization ZeroPadding2D AveragePooling1D " +
    "AveragePooling2D AveragePooling3D GlobalAveragePooling1D GlobalAveragePooling2D GlobalMaxPooling1D " +
    "GlobalMaxPooling2D MaxPooling1D MaxPooling2D MaxPooling3D ConvLSTM2D GRU LSTM SimpleRNN Bidirectional " +
    "TimeDistributed Masking GaussianDropout GaussianNoise AlphaDropout Rescaling"
  ).split(" "),
);

/** What is otherwise in a class of TF.js than in Keras. */
interface Otherwise {
  /** What TF.js computes otherwise, of a layer of this configuration; undefined where nothing. */
  numbers?(config: Layer["config"]): string | undefined;
  /** What it calls a weight. */
  weightName?(name: string, config: Layer["config"]): string;
}

const otherwise: Readonly<Record<string, Otherwise>> = {
  UpSampling2D: {
    // The pixels of an enlarged picture lie at other places.
    numbers: ({ interpolation }) =>
      interpolation === "bilinear" ? "bilinear interpolation" : undefined,
  },
  DepthwiseConv2D: {
    weightName: (name) => (name === "kernel" ? "depthwise_kernel" : name),
  },
  Bidirectional: {
    weightName(name, { layer }) {
      const inner = isObject(layer) && isObject(layer.config) ? layer.config.name : "";
      return name.replace(
        /^(forward|backward)\//,
        (_, side: string) => `${side}_${String(inner)}/`,
      );
    },
  },
};

/**
 * A layers model for `tf.loadLayersModel`: the JSON, and the weights beside it in files of at most 4 MB.
 *
 * @param name of the JSON file
 * @throws StriateError naming the layer that TF.js has no class for, or whose name it could not tell apart
 */
export function writeLayersModel(model: OpenedModel, name: string): WrittenFile[] {
  const keras = kerasOf(model, "a TF.js layers model");
  checkClasses(keras, "");
  const arrays = listWeights(keras).weights.flatMap(namedArrays);
  const double = arrays.find((a, i) => arrays.findIndex((b) => b.name === a.name) !== i);
  if (double)
    throw new StriateError(
      `TF.js knows weights by layer name alone, and two layers have "${double.name}"; rename one, or write an .onnx file instead`,
    );
  const shards = cut(arrays.map(({ value }) => bytesOf(value)));
  const paths = shards.map((_, i) => `group1-shard${i + 1}of${shards.length}.bin`);
  const own = ownNotes(model);
  const compile = trainingConfig(model.compile, model.optimizer);
  const json = {
    format: "layers-model",
    generatedBy: `keras v${kerasVersion}`,
    convertedBy: "striate",
    ...(own ? { userDefinedMetadata: { striate: own } } : {}),
    modelTopology: {
      keras_version: kerasVersion,
      backend: "tensorflow",
      model_config: forTfjs(modelConfig(keras, 2)),
      ...(compile ? { training_config: compile } : {}),
    },
    weightsManifest: [
      {
        paths,
        weights: arrays.map(({ name: weight, value }) => ({
          name: weight,
          shape: value.shape,
          dtype: "float32",
        })),
      },
    ],
  };
  return [
    { path: name, bytes: new TextEncoder().encode(JSON.stringify(json)) },
    ...shards.map((bytes, i) => ({ path: paths[i]!, bytes })),
  ];
}

function checkClasses(model: KerasModel, path: string): void {
  const refuse = ({ className, name }: Layer): never => {
    throw new StriateError(
      `${className} "${path}${name}": TF.js has no such layer; write an .onnx or .h5 file instead`,
    );
  };
  for (const layer of model.layers) {
    if (layer.definition && !known.has(layer.className)) refuse(layer);
    const other = otherwise[layer.className]?.numbers?.(layer.config);
    if (other)
      throw new StriateError(
        `${layer.className} "${path}${layer.name}": TF.js' ${other} gives other numbers; write an .onnx or .h5 file instead`,
      );
    if (layer.model) checkClasses(layer.model, `${path}${layer.name}/`);
  }
}

function namedArrays({ layer, specs }: LayerWeights): { name: string; value: Tensor }[] {
  return specs.map((spec) => ({
    name: `${layer.name}/${weightName(layer, spec.name)}`,
    value: toFloat32(layer.weights.get(spec.name)!),
  }));
}

/** What TF.js calls a weight within its layer. */
const weightName = ({ className, config }: Layer, name: string): string =>
  otherwise[className]?.weightName?.(name, config) ?? name;

/** A configuration in the words of TF.js, where they are not Keras 2's. */
function forTfjs(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(forTfjs);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => {
    const isEnd = key === "input_layers" || key === "output_layers";
    // Always a list of places, even of a single one.
    if (isEnd && Array.isArray(inner) && typeof inner[0] === "string") return [key, [inner]];
    if (key === "dtype" && typeof inner === "string") return [key, plainType(inner)];
    return [key, forTfjs(inner)];
  });
  const made = Object.fromEntries(entries);
  if (made.class_name !== "L1" && made.class_name !== "L2") return made;
  const config = isObject(made.config) ? made.config : {};
  return { class_name: "L1L2", config: { l1: config.l1 ?? 0, l2: config.l2 ?? 0 } };
}

/** TF.js has few element types; numbers of the others are floats to it. */
const plainType = (type: string): string => (/^(u?int64|int32)$/.test(type) ? "int32" : "float32");

/** Joins arrays end to end and cuts them into files. */
function cut(arrays: readonly Uint8Array[]): Uint8Array[] {
  const whole = new Uint8Array(arrays.reduce((sum, bytes) => sum + bytes.length, 0));
  let at = 0;
  for (const bytes of arrays) {
    whole.set(bytes, at);
    at += bytes.length;
  }
  const count = Math.max(1, Math.ceil(whole.length / SHARD_BYTES));
  return Array.from({ length: count }, (_, i) =>
    whole.subarray(i * SHARD_BYTES, (i + 1) * SHARD_BYTES),
  );
}
