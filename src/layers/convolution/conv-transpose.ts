import { field } from "../../base/fields.ts";
import { transpose } from "../../base/transpose.ts";
import { activate } from "../activation/activations.ts";
import { flipKernel } from "./convert-kernels.ts";
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

interface Config {
  kernel_size: readonly number[];
  strides: readonly number[];
  dilation_rate: readonly number[];
  output_padding: readonly number[] | null;
  padding: "valid" | "same";
}

/**
 * How much of axis `i` is cut from the full output `(in - 1) * stride + reach`; negative where zeros
 * are added at the end. It does not depend on the input's length.
 *
 * Source: `deconv_output_length`,
 * https://github.com/keras-team/tf-keras/blob/master/tf_keras/utils/conv_utils.py
 */
function cut(config: Config, i: number): number {
  const stride = config.strides[i]!;
  const reach = (config.kernel_size[i]! - 1) * config.dilation_rate[i]! + 1;
  if (config.output_padding !== null) {
    const pad = config.padding === "same" ? Math.floor(reach / 2) : 0;
    return 2 * pad - config.output_padding[i]!;
  }
  return config.padding === "same" ? reach - stride : Math.min(reach - stride, 0);
}

/**
 * A transposed convolution over `rank` spatial axes: each input pixel paints a kernel.
 *
 * Input `(N, ...space, C)`, kernel `(...window, filters, C)`. With "same" the output is
 * `in * stride` long, with "valid" `in * stride + max(window - stride, 0)`.
 *
 * Source: https://keras.io/api/layers/convolution_layers/convolution2d_transpose/
 */
function transposedConvolution(rank: 1 | 2 | 3) {
  const ones = new Array<number>(rank).fill(1);
  const window = ones.map((_, axis) => axis);
  return defineLayer({
    className: `Conv${rank}DTranspose`,
    aliases: [`Convolution${rank}DTranspose`, `Deconvolution${rank}D`, `Deconv${rank}D`],
    kind: "convolution",
    inputRank: rank + 2,
    fields: {
      ...commonFields,
      filters: field.int(undefined, { min: 1 }),
      kernel_size: field.tuple(rank, undefined, { min: 1 }),
      strides: field.tuple(rank, ones, { min: 1 }),
      padding: field.choice(["valid", "same"], "valid"),
      output_padding: field.nullable(field.tuple(rank, undefined, { min: 0 })),
      data_format: dataFormatField,
      dilation_rate: field.tuple(rank, ones, { min: 1 }),
      ...kernelFields,
    },
    fromKeras1: (config) => kernelSizeFromKeras1(renameKeras1(config)),
    weights(config, [input]) {
      const channels = knownChannels(input!, config.data_format);
      const shape = [...config.kernel_size, config.filters, channels];
      return kernelAndBias(config, shape, config.filters, [rank + 1, rank, ...window]);
    },
    convertWeights([kernel, ...rest], config, { version, backend }) {
      let converted = kernel!;
      // Keras 1: (...window, in, out), or (out, in, ...window) with the channels first.
      if (version === 1)
        converted =
          config.data_format === "channels_first"
            ? transpose(converted, [...window.map((axis) => axis + 2), 0, 1])
            : transpose(converted, [...window, rank + 1, rank]);
      return [backend === "theano" ? flipKernel(converted, rank) : converted, ...rest];
    },
    outputShape(config, [input]) {
      const { batch, space } = splitShape(input!, config.data_format);
      const output = space.map((length, i) => {
        const reach = (config.kernel_size[i]! - 1) * config.dilation_rate[i]! + 1;
        return length && (length - 1) * config.strides[i]! + reach - cut(config, i);
      });
      return joinShape(batch, config.filters, output, config.data_format);
    },
    lower(context) {
      const { b, config, inputs, outputShapes } = context;
      const order = graphOrder(rank + 2, config.data_format);
      const operands = [context.arrange(inputs[0]!, order), context.weight("kernel")];
      if (config.use_bias) operands.push(context.weight("bias"));
      const cuts = window.map((i) => cut(config, i));
      const removed = cuts.map((total) => Math.max(total, 0));
      const added = cuts.map((total) => Math.max(-total, 0));
      const value = b.op("ConvTranspose", operands, {
        kernel_shape: config.kernel_size,
        strides: config.strides,
        dilations: config.dilation_rate.some((step) => step !== 1)
          ? config.dilation_rate
          : undefined,
        pads: [
          ...removed.map((total) => Math.floor(total / 2)),
          ...removed.map((total) => Math.ceil(total / 2)),
        ],
        output_padding: added.some((total) => total > 0) ? added : undefined,
      });
      const output = { value, shape: outputShapes[0]!, order, type: "float32" as const };
      return activate(context, output, config.activation);
    },
  });
}

export const conv1dTranspose = transposedConvolution(1);
export const conv2dTranspose = transposedConvolution(2);
export const conv3dTranspose = transposedConvolution(3);
