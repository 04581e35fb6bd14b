import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import { permute } from "../../base/shape.ts";
import {
  type KerasShape,
  type LowerContext,
  type SymbolicTensor,
  commonFields,
  defineLayer,
} from "../define-layer.ts";
import { renameKeras1 } from "../fields/keras1.ts";
import { dataFormatField } from "../fields/layouts.ts";

const rate = field.number(undefined, { min: 0, max: 1 });
const fromKeras1 = (config: Readonly<Record<string, unknown>>) =>
  renameKeras1(config, { p: "rate" });

/** Draws a mask of the given Keras shape: 0 with probability `rate`, else `1 / (1 - rate)`. */
function drawMask(
  { config, inputs, random }: LowerContext<{ rate: number }>,
  shape: KerasShape,
): string {
  const x = inputs[0]!;
  return random("dropout", config.rate, x, permute(shape, x.order));
}

/** Multiplies by a mask in training; passes the input on at inference. */
function drop(context: LowerContext<{ rate: number }>, shape: KerasShape): SymbolicTensor {
  const { b, config, inputs, training } = context;
  const x = inputs[0]!;
  if (!training || config.rate === 0) return x;
  return { ...x, value: b.op("Mul", [x.value, drawMask(context, shape)]) };
}

/** The shape of a mask: where `noise_shape` has a 1, one draw serves the whole axis. */
function noiseShape(noise: unknown, input: KerasShape): KerasShape {
  if (noise === null) return input;
  if (!Array.isArray(noise) || noise.length !== input.length)
    throw new StriateError(`"noise_shape": expected ${input.length} lengths`);
  return input.map((length, axis) => (noise[axis] === 1 ? 1 : length));
}

/**
 * Sets a fraction `rate` of the inputs to zero in training and scales the rest by `1 / (1 - rate)`;
 * passes its input on at inference.
 *
 * Source: https://keras.io/api/layers/regularization_layers/dropout/
 */
export const dropout = defineLayer({
  className: "Dropout",
  // The EfficientNets that were written before Keras had them.
  aliases: ["FixedDropout"],
  kind: "regularization",
  fields: { ...commonFields, rate, noise_shape: field.json(), seed: field.json() },
  fromKeras1,
  outputShape: (_, [input]) => input!,
  lower: (context) =>
    drop(context, noiseShape(context.config.noise_shape, context.inputs[0]!.shape)),
});

/**
 * Dropout of whole maps.
 *
 * Source: https://keras.io/api/layers/regularization_layers/spatial_dropout2d/
 */
function spatialDropout(rank: 1 | 2 | 3) {
  return defineLayer({
    className: `SpatialDropout${rank}D`,
    kind: "regularization",
    fields: {
      ...commonFields,
      rate,
      data_format: dataFormatField,
      noise_shape: field.json(),
      seed: field.json(),
    },
    fromKeras1,
    outputShape: (_, [input]) => input!,
    lower(context) {
      const { shape } = context.inputs[0]!;
      const channels = context.config.data_format === "channels_first" ? 1 : shape.length - 1;
      return drop(
        context,
        shape.map((length, axis) => (axis === 0 || axis === channels ? length : 1)),
      );
    },
  });
}

export const spatialDropout1d = spatialDropout(1);
export const spatialDropout2d = spatialDropout(2);
export const spatialDropout3d = spatialDropout(3);

const alpha = 1.6732632423543772;
const scale = 1.0507009873554805;

/**
 * Dropout that keeps mean and variance of SELU activations: dropped values become the negative
 * saturation value, then everything is scaled and shifted.
 *
 * Source: Klambauer et al. 2017, https://arxiv.org/abs/1706.02515;
 * https://keras.io/api/layers/regularization_layers/alpha_dropout/
 */
export const alphaDropout = defineLayer({
  className: "AlphaDropout",
  kind: "regularization",
  fields: { ...commonFields, rate, noise_shape: field.json(), seed: field.json() },
  fromKeras1,
  outputShape: (_, [input]) => input!,
  lower(context) {
    const { b, config, inputs, training } = context;
    const x = inputs[0]!;
    if (!training || config.rate === 0) return x;
    const floor = -alpha * scale;
    const shape = noiseShape(config.noise_shape, x.shape);
    const kept = b.op("Mul", [drawMask(context, shape), b.f32(1 - config.rate)]);
    const gain = ((1 - config.rate) * (1 + config.rate * floor ** 2)) ** -0.5;
    const dropped = b.op("Mul", [b.op("Sub", [b.f32(1), kept]), b.f32(floor)]);
    const mixed = b.op("Add", [b.op("Mul", [x.value, kept]), dropped]);
    const shift = -gain * floor * config.rate;
    return {
      ...x,
      value: b.op("Add", [b.op("Mul", [mixed, b.f32(gain)]), b.f32(shift)]),
    };
  },
});
