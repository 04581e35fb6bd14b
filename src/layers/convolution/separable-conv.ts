import { field } from "../../base/fields.ts";
import { activationField } from "../fields/activation-field.ts";
import { activate } from "../activation/activations.ts";
import { windowOf } from "./conv.ts";
import { commonFields, defineLayer } from "../define-layer.ts";
import { depthwiseLayout } from "./depthwise-conv.ts";
import { trainedWeight } from "../fields/kernel-fields.ts";
import { kernelSizeFromKeras1, renameKeras1 } from "../fields/keras1.ts";
import {
  dataFormatField,
  graphOrder,
  joinShape,
  knownChannels,
  splitShape,
} from "../fields/layouts.ts";
import { windowAttributes, windowOutput } from "../fields/windows.ts";
import { constraintField, initializerField, regularizerField } from "../fields/trained-fields.ts";

/**
 * A depthwise convolution, then one with a window of one pixel that mixes the channels.
 *
 * Source: https://keras.io/api/layers/convolution_layers/separable_convolution2d/
 */
function separableConvolution(rank: 1 | 2) {
  const ones = new Array<number>(rank).fill(1);
  return defineLayer({
    className: `SeparableConv${rank}D`,
    aliases: [`SeparableConvolution${rank}D`],
    kind: "convolution",
    inputRank: rank + 2,
    fields: {
      ...commonFields,
      filters: field.int(undefined, { min: 1 }),
      kernel_size: field.tuple(rank, undefined, { min: 1 }),
      strides: field.tuple(rank, ones, { min: 1 }),
      padding: field.choice(["valid", "same", "causal"], "valid"),
      data_format: dataFormatField,
      dilation_rate: field.tuple(rank, ones, { min: 1 }),
      depth_multiplier: field.int(1, { min: 1 }),
      activation: activationField(),
      use_bias: field.boolean(true),
      depthwise_initializer: initializerField("glorot_uniform"),
      pointwise_initializer: initializerField("glorot_uniform"),
      bias_initializer: initializerField("zeros"),
      depthwise_regularizer: regularizerField(),
      pointwise_regularizer: regularizerField(),
      bias_regularizer: regularizerField(),
      activity_regularizer: regularizerField(),
      depthwise_constraint: constraintField(),
      pointwise_constraint: constraintField(),
      bias_constraint: constraintField(),
    },
    fromKeras1: (config) => kernelSizeFromKeras1(renameKeras1(config)),
    weights(config, [input]) {
      const channels = knownChannels(input!, config.data_format);
      const { kernel_size, depth_multiplier, filters } = config;
      const window = kernel_size.map((_, axis) => axis);
      const depthwise = trainedWeight(
        "depthwise_kernel",
        [...kernel_size, channels, depth_multiplier],
        config,
        { key: "depthwise", ...depthwiseLayout(kernel_size, channels, depth_multiplier) },
      );
      const pointwise = trainedWeight(
        "pointwise_kernel",
        [...ones, channels * depth_multiplier, filters],
        config,
        { key: "pointwise", order: [rank + 1, rank, ...window] },
      );
      const bias = trainedWeight("bias", [filters], config);
      return config.use_bias ? [depthwise, pointwise, bias] : [depthwise, pointwise];
    },
    outputShape(config, [input]) {
      const { batch, space } = splitShape(input!, config.data_format);
      const output = windowOutput(space, windowOf(config));
      return joinShape(batch, config.filters, output, config.data_format);
    },
    lower(context) {
      const { b, config, inputs, outputShapes } = context;
      const order = graphOrder(rank + 2, config.data_format);
      const { space } = splitShape(inputs[0]!.shape, config.data_format);
      const depthwise = b.op(
        "Conv",
        [context.arrange(inputs[0]!, order), context.weight("depthwise_kernel")],
        {
          ...windowAttributes(space, windowOf(config)),
          group: knownChannels(inputs[0]!.shape, config.data_format),
        },
      );
      const operands = [depthwise, context.weight("pointwise_kernel")];
      if (config.use_bias) operands.push(context.weight("bias"));
      const value = b.op("Conv", operands, { kernel_shape: ones });
      const output = { value, shape: outputShapes[0]!, order, type: "float32" as const };
      return activate(context, output, config.activation);
    },
  });
}

export const separableConv1d = separableConvolution(1);
export const separableConv2d = separableConvolution(2);
