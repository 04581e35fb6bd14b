import { field } from "../../base/fields.ts";
import { activationField } from "../fields/activation-field.ts";
import { activate } from "../activation/activations.ts";
import { windowOf } from "./conv.ts";
import { commonFields, defineLayer } from "../define-layer.ts";
import { trainedWeight } from "../fields/kernel-fields.ts";
import {
  dataFormatField,
  graphOrder,
  joinShape,
  knownChannels,
  splitShape,
} from "../fields/layouts.ts";
import { windowAttributes, windowOutput } from "../fields/windows.ts";
import { constraintField, initializerField, regularizerField } from "../fields/trained-fields.ts";

/** How a depthwise kernel `(...window, in, multiplier)` lies in the graph: `(in * multiplier, 1, ...window)`. */
export function depthwiseLayout(window: readonly number[], channels: number, multiplier: number) {
  return {
    order: [window.length, window.length + 1, ...window.map((_, axis) => axis)],
    graphShape: [channels * multiplier, 1, ...window],
  };
}

/**
 * A convolution that keeps channels apart: each input channel gives `depth_multiplier` maps.
 *
 * Source: https://keras.io/api/layers/convolution_layers/depthwise_convolution2d/
 */
function depthwiseConvolution(rank: 1 | 2) {
  const ones = new Array<number>(rank).fill(1);
  return defineLayer({
    className: `DepthwiseConv${rank}D`,
    kind: "convolution",
    inputRank: rank + 2,
    fields: {
      ...commonFields,
      kernel_size: field.tuple(rank, undefined, { min: 1 }),
      strides: field.tuple(rank, ones, { min: 1 }),
      padding: field.choice(["valid", "same", "causal"], "valid"),
      depth_multiplier: field.int(1, { min: 1 }),
      data_format: dataFormatField,
      dilation_rate: field.tuple(rank, ones, { min: 1 }),
      activation: activationField(),
      use_bias: field.boolean(true),
      depthwise_initializer: initializerField("glorot_uniform"),
      bias_initializer: initializerField("zeros"),
      depthwise_regularizer: regularizerField(),
      bias_regularizer: regularizerField(),
      activity_regularizer: regularizerField(),
      depthwise_constraint: constraintField(),
      bias_constraint: constraintField(),
    },
    weights(config, [input]) {
      const channels = knownChannels(input!, config.data_format);
      const { kernel_size, depth_multiplier } = config;
      const kernel = trainedWeight("kernel", [...kernel_size, channels, depth_multiplier], config, {
        key: "depthwise",
        ...depthwiseLayout(kernel_size, channels, depth_multiplier),
      });
      const bias = trainedWeight("bias", [channels * depth_multiplier], config);
      return config.use_bias ? [kernel, bias] : [kernel];
    },
    outputShape(config, [input]) {
      const { batch, channels, space } = splitShape(input!, config.data_format);
      const maps = channels && channels * config.depth_multiplier;
      return joinShape(batch, maps, windowOutput(space, windowOf(config)), config.data_format);
    },
    lower(context) {
      const { b, config, inputs, outputShapes } = context;
      const order = graphOrder(rank + 2, config.data_format);
      const { space } = splitShape(inputs[0]!.shape, config.data_format);
      const operands = [context.arrange(inputs[0]!, order), context.weight("kernel")];
      if (config.use_bias) operands.push(context.weight("bias"));
      const value = b.op("Conv", operands, {
        ...windowAttributes(space, windowOf(config)),
        group: knownChannels(inputs[0]!.shape, config.data_format),
      });
      const output = { value, shape: outputShapes[0]!, order, type: "float32" as const };
      return activate(context, output, config.activation);
    },
  });
}

export const depthwiseConv1d = depthwiseConvolution(1);
export const depthwiseConv2d = depthwiseConvolution(2);
