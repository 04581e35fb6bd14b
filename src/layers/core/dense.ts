import { field } from "../../base/fields.ts";
import { activate } from "../activation/activations.ts";
import { commonFields, defineLayer } from "../define-layer.ts";
import { kernelAndBias, kernelFields } from "../fields/kernel-fields.ts";
import { renameKeras1 } from "../fields/keras1.ts";
import { knownLength, plainTensor } from "../symbolic.ts";

/**
 * A fully connected layer on the last axis: `y = activation(x W + b)`.
 *
 * Input `(N, ..., in)`, kernel `(in, units)`, output `(N, ..., units)`.
 *
 * Source: https://keras.io/api/layers/core_layers/dense/
 */
export const dense = defineLayer({
  className: "Dense",
  aliases: ["TimeDistributedDense"],
  kind: "dense",
  fields: {
    ...commonFields,
    units: field.int(undefined, { min: 1 }),
    ...kernelFields,
    quantization_config: field.json(),
  },
  fromKeras1: (config) => renameKeras1(config, { output_dim: "units" }),
  weights: (config, [input]) =>
    kernelAndBias(config, [knownLength(input!, -1), config.units], config.units),
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
    const output = { ...plainTensor(value, outputShapes[0]!), mask: inputs[0]!.mask };
    return activate(context, output, config.activation);
  },
});
