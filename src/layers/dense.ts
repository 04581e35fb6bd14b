import { StriateError } from "../base/errors.ts";
import { field } from "../base/fields.ts";
import { activate } from "./activations.ts";
import { commonFields, defineLayer } from "./define-layer.ts";
import { kernelFields } from "./kernel-fields.ts";

/**
 * A fully connected layer on the last axis: `y = activation(x W + b)`.
 *
 * Input `(N, ..., in)`, kernel `(in, units)`, output `(N, ..., units)`.
 *
 * Source: https://keras.io/api/layers/core_layers/dense/
 */
export const dense = defineLayer({
  className: "Dense",
  kind: "dense",
  fields: { ...commonFields, units: field.int(undefined, { min: 1 }), ...kernelFields },
  weights(config, [input]) {
    const features = input!.at(-1);
    if (features === null || features === undefined)
      throw new StriateError("the length of the last axis is not known");
    const kernel = {
      name: "kernel",
      shape: [features, config.units],
      trainable: config.trainable,
      initializer: config.kernel_initializer,
      regularizer: config.kernel_regularizer,
    };
    const bias = {
      name: "bias",
      shape: [config.units],
      trainable: config.trainable,
      initializer: config.bias_initializer,
      regularizer: config.bias_regularizer,
    };
    return config.use_bias ? [kernel, bias] : [kernel];
  },
  outputShape: (config, [input]) => [...input!.slice(0, -1), config.units],
  lower(context) {
    const { b, config, inputs, outputShapes } = context;
    const x = context.plain(inputs[0]!);
    const rank = inputs[0]!.shape.length;
    const kernel = context.weight("kernel");
    let value: string;
    if (rank === 2 && config.use_bias) value = b.op("Gemm", [x, kernel, context.weight("bias")]);
    else {
      value = b.op("MatMul", [x, kernel]);
      if (config.use_bias) value = b.op("Add", [value, context.weight("bias")]);
    }
    const order = Array.from({ length: rank }, (_, axis) => axis);
    return activate(
      context,
      { value, shape: outputShapes[0]!, order, type: "float32" },
      config.activation,
    );
  },
});
