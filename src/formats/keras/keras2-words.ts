import { unwrapNumpy } from "../../layers/fields/numbers-field.ts";
import { type Json, isObject, without } from "./json.ts";

/** Keys that Keras 3 has and Keras 2 does not know, by class; they are left out at their defaults. */
const newKeysOf: Readonly<Record<string, readonly string[]>> = {
  LayerNormalization: ["rms_scaling"],
  Normalization: ["invert"],
  Resizing: ["pad_to_aspect_ratio", "fill_mode", "fill_value", "antialias", "data_format"],
  ...Object.fromEntries(
    ["Brightness", "Contrast", "Crop", "Flip", "Rotation", "Translation", "Zoom"].map((word) => [
      `Random${word}`,
      ["data_format"],
    ]),
  ),
  RandomContrast: ["data_format", "value_range"],
};

/** New keys that any layer with a kernel may have. */
const newKernelKeys = ["quantization_config", "lora_rank", "lora_alpha"];

/** All new keys of a class. */
export const newKeys = (className: string): string[] => [
  ...newKernelKeys,
  ...(newKeysOf[className] ?? []),
];

/** Layers of Keras 2 that Keras 3 does not have. */
export const goneClasses = new Set([
  "TFOpLambda",
  "SlicingOpLambda",
  "TensorFlowOpLayer",
  "LocallyConnected1D",
  "LocallyConnected2D",
  "ThresholdedReLU",
]);

const separable = ["groups", "kernel_initializer", "kernel_regularizer", "kernel_constraint"];

/**
 * Keys that Keras 2 wrote though they mean nothing there, and that Keras 3 refuses. (A group or
 * time-major order that meant something would not have been read.)
 */
export const idleKeys: Readonly<Record<string, readonly string[]>> = {
  DepthwiseConv1D: ["groups"],
  DepthwiseConv2D: ["groups"],
  Conv1DTranspose: ["groups"],
  Conv2DTranspose: ["groups"],
  Conv3DTranspose: ["groups"],
  SeparableConv1D: separable,
  SeparableConv2D: separable,
  SpatialDropout1D: ["noise_shape", "trainable"],
  SpatialDropout2D: ["noise_shape", "trainable"],
  SpatialDropout3D: ["noise_shape", "trainable"],
  SimpleRNN: ["time_major"],
  ConvLSTM1D: ["time_major"],
  ConvLSTM2D: ["time_major"],
  ConvLSTM3D: ["time_major"],
  LSTM: ["time_major"],
  GRU: ["time_major"],
};

/** Classes of initializers that Keras 3 renamed. */
const oldNames: Readonly<Record<string, string>> = {
  OrthogonalInitializer: "Orthogonal",
  IdentityInitializer: "Identity",
};

/**
 * A configuration so that Keras 2 takes it, and Keras 3 as well: no modules (but those of layers inside
 * a layer, which Keras 3 needs), functions by their names, data types as words, NumPy scalars as
 * numbers.
 */
export function plainForKeras2(className: string, config: Json): Json {
  const unset = newKernelKeys.filter((key) => config[key] === null);
  const meaningful = Object.entries(without(config, ...unset, ...(idleKeys[className] ?? [])));
  return Object.fromEntries(meaningful.map(([key, value]) => [key, plainValue(key, value)]));
}

function plainValue(key: string, wrapped: unknown): unknown {
  const value = unwrapNumpy(wrapped);
  if (Array.isArray(value)) return value.map((item) => plainValue(key, item));
  if (!isObject(value)) return value;
  if (key === "dtype") return dtypeName(value) ?? "float32";
  const { class_name: className, config } = value;
  if (className === "function" && typeof config === "string") return config;
  if (typeof className !== "string" || !isObject(config)) return value;
  if (/activation$/.test(key)) return { ...value, config: plainForKeras2(className, config) };
  if (/layer$/.test(key))
    return { module: "keras.layers", ...value, config: plainForKeras2(className, config) };
  const isInitializer = key.endsWith("_initializer");
  return {
    class_name: oldNames[className] ?? className,
    // Keras 3 refuses the type that tf.keras 1.13 to 2.3 wrote here, Keras 2 the axes of Keras 3.15.
    config: isInitializer ? without(config, "dtype", "input_axes", "output_axes") : config,
  };
}

/** `float32` of `"float32"` and of a policy that has it as its name. */
export function dtypeName(dtype: unknown): string | undefined {
  if (typeof dtype === "string") return dtype;
  const config = isObject(dtype) ? dtype.config : undefined;
  return isObject(config) && typeof config.name === "string" ? config.name : undefined;
}
