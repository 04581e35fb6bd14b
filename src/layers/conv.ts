import { StriateError } from "../base/errors.ts";
import { field } from "../base/fields.ts";
import { activate } from "./activations.ts";
import { type LayerDefinition, commonFields, defineLayer } from "./define-layer.ts";
import { kernelFields } from "./kernel-fields.ts";
import { dataFormatField, graphOrder, joinShape, splitShape } from "./layouts.ts";
import { type Window, windowAttributes, windowOutput } from "./windows.ts";

/**
 * A convolution over `rank` spatial axes: Conv1D, Conv2D, Conv3D.
 *
 * Input `(N, ...space, C)`, kernel `(...window, C / groups, filters)`, output `(N, ...space', filters)`;
 * the channels stand second in a channels_first layer.
 *
 * Source: https://keras.io/api/layers/convolution_layers/
 */
function convolution(rank: 1 | 2 | 3): LayerDefinition {
  const ones = new Array<number>(rank).fill(1);
  const fields = {
    ...commonFields,
    filters: field.int(undefined, { min: 1 }),
    kernel_size: field.tuple(rank, undefined, { min: 1 }),
    strides: field.tuple(rank, ones, { min: 1 }),
    padding: field.choice(["valid", "same", "causal"], "valid"),
    data_format: dataFormatField,
    dilation_rate: field.tuple(rank, ones, { min: 1 }),
    groups: field.int(1, { min: 1 }),
    ...kernelFields,
  };
  const axes = Array.from({ length: rank }, (_, i) => i);
  return defineLayer({
    className: `Conv${rank}D`,
    aliases: [`Convolution${rank}D`],
    kind: "convolution",
    fields,
    weights(config, [input]) {
      const { channels } = splitShape(input!, config.data_format);
      if (channels === null) throw new StriateError("the number of input channels is not known");
      if (channels % config.groups !== 0)
        throw new StriateError(
          `${channels} input channels do not divide into ${config.groups} groups`,
        );
      const kernel = {
        name: "kernel",
        shape: [...config.kernel_size, channels / config.groups, config.filters],
        trainable: config.trainable,
        initializer: config.kernel_initializer,
        regularizer: config.kernel_regularizer,
        order: [rank + 1, rank, ...axes],
      };
      const bias = {
        name: "bias",
        shape: [config.filters],
        trainable: config.trainable,
        initializer: config.bias_initializer,
        regularizer: config.bias_regularizer,
      };
      return config.use_bias ? [kernel, bias] : [kernel];
    },
    outputShape(config, [input]) {
      const { batch, space } = splitShape(input!, config.data_format);
      return joinShape(
        batch,
        config.filters,
        windowOutput(space, windowOf(config)),
        config.data_format,
      );
    },
    lower(context) {
      const { b, config, inputs, outputShapes } = context;
      const order = graphOrder(rank + 2, config.data_format);
      const { space } = splitShape(inputs[0]!.shape, config.data_format);
      const operands = [context.arrange(inputs[0]!, order), context.weight("kernel")];
      if (config.use_bias) operands.push(context.weight("bias"));
      const value = b.op("Conv", operands, {
        ...windowAttributes(space, windowOf(config)),
        group: config.groups === 1 ? undefined : config.groups,
      });
      const output = { value, shape: outputShapes[0]!, order, type: "float32" as const };
      return activate(context, output, config.activation);
    },
  }) as unknown as LayerDefinition;
}

function windowOf(config: {
  kernel_size: readonly number[];
  strides: readonly number[];
  dilation_rate: readonly number[];
  padding: Window["padding"];
}): Window {
  return {
    kernel: config.kernel_size,
    strides: config.strides,
    dilation: config.dilation_rate,
    padding: config.padding,
  };
}

export const conv1d = convolution(1);
export const conv2d = convolution(2);
export const conv3d = convolution(3);
