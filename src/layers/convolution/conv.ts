import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import { activate } from "../activation/activations.ts";
import { convertKernel } from "./convert-kernels.ts";
import { commonFields, defineLayer } from "../define-layer.ts";
import { kernelAndBias, kernelFields } from "../fields/kernel-fields.ts";
import { kernelSizeFromKeras1, renameKeras1 } from "../fields/keras1.ts";
import {
  dataFormatField,
  graphOrder,
  joinShape,
  knownChannels,
  splitShape,
} from "../fields/layouts.ts";
import { withLeadingAxes } from "./leading-axes.ts";
import { type Window, windowAttributes, windowOutput } from "../fields/windows.ts";

/**
 * A convolution over `rank` spatial axes: Conv1D, Conv2D, Conv3D.
 *
 * Input `(N, ...space, C)`, kernel `(...window, C / groups, filters)`, output `(N, ...space', filters)`;
 * the channels stand second in a channels_first layer. The batch may have several axes, as in Keras 2.
 *
 * Source: https://keras.io/api/layers/convolution_layers/
 */
function convolution(rank: 1 | 2 | 3) {
  const ones = new Array<number>(rank).fill(1);
  const definition = defineLayer({
    className: `Conv${rank}D`,
    aliases: [`Convolution${rank}D`, `AtrousConvolution${rank}D`],
    kind: "convolution",
    fields: {
      ...commonFields,
      filters: field.int(undefined, { min: 1 }),
      kernel_size: field.tuple(rank, undefined, { min: 1 }),
      strides: field.tuple(rank, ones, { min: 1 }),
      padding: field.choice(["valid", "same", "causal"], "valid"),
      data_format: dataFormatField,
      dilation_rate: field.tuple(rank, ones, { min: 1 }),
      groups: field.int(1, { min: 1 }),
      ...kernelFields,
    },
    fromKeras1: (config) => kernelSizeFromKeras1(renameKeras1(config)),
    weights(config, [input]) {
      const channels = knownChannels(input!, config.data_format);
      if (channels % config.groups !== 0)
        throw new StriateError(
          `${channels} input channels do not divide into ${config.groups} groups`,
        );
      if (config.filters % config.groups !== 0)
        throw new StriateError(
          `${config.filters} filters do not divide into ${config.groups} groups`,
        );
      const shape = [...config.kernel_size, channels / config.groups, config.filters];
      const window = config.kernel_size.map((_, axis) => axis);
      return kernelAndBias(config, shape, config.filters, [rank + 1, rank, ...window]);
    },
    convertWeights: ([kernel, ...rest], config, origin) => [
      convertKernel(kernel!, rank, config.data_format === "channels_first", origin),
      ...rest,
    ],
    outputShape(config, [input]) {
      const { batch, space } = splitShape(input!, config.data_format);
      const output = windowOutput(space, windowOf(config));
      return joinShape(batch, config.filters, output, config.data_format);
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
  });
  return withLeadingAxes(rank + 2, definition);
}

/** The window of any layer with the fields of a convolution. */
export function windowOf(config: {
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
