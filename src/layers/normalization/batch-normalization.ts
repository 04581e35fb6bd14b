import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import { float } from "../../graph/attributes.ts";
import { axesField } from "../../base/axes-field.ts";
import {
  type KerasShape,
  type LowerContext,
  type SymbolicTensor,
  commonFields,
  defineLayer,
} from "../define-layer.ts";
import { renameKeras1 } from "../fields/keras1.ts";
import { axisList, graphAxis, knownLength } from "../symbolic.ts";
import { constraintField, initializerField, regularizerField } from "../fields/trained-fields.ts";

const fields = {
  ...commonFields,
  axis: axesField(-1),
  momentum: field.number(0.99),
  epsilon: field.number(0.001),
  center: field.boolean(true),
  scale: field.boolean(true),
  beta_initializer: initializerField("zeros"),
  gamma_initializer: initializerField("ones"),
  moving_mean_initializer: initializerField("zeros"),
  moving_variance_initializer: initializerField("ones"),
  beta_regularizer: regularizerField(),
  gamma_regularizer: regularizerField(),
  beta_constraint: constraintField(),
  gamma_constraint: constraintField(),
  renorm: field.boolean(false),
  renorm_clipping: field.json(),
  renorm_momentum: field.number(0.99),
  synchronized: field.boolean(false),
};

/**
 * `gamma * (x - mean) / sqrt(variance + epsilon) + beta` along an axis (or several: Keras 2 writes a
 * list). At inference mean and variance are the moving averages; in training they are the batch's own
 * (the variance divides by the number of elements), and the averages move by `1 - momentum`.
 *
 * Source: https://keras.io/api/layers/normalization_layers/batch_normalization/
 */
export const batchNormalization = defineLayer({
  className: "BatchNormalization",
  facts: { shortName: "BN" },
  aliases: ["BatchNormalizationV1", "BatchNormalizationV2", "SyncBatchNormalization"],
  kind: "normalization",
  couplesBatch: true,
  fields,
  fromKeras1(config) {
    if (config.mode !== undefined && config.mode !== 0)
      throw new StriateError(
        `mode ${String(config.mode)} of Keras 1 is not supported, only mode 0`,
      );
    return renameKeras1(config);
  },
  weights(config, [input]) {
    if (config.renorm)
      throw new StriateError("batch renormalisation (renorm: true) is not supported");
    const shape = parameterShape(config.axis, input!);
    const weight = (name: string, trained: boolean) => ({
      name,
      shape,
      trainable: trained && config.trainable,
      initializer: config[`${name}_initializer` as keyof typeof config],
      ...(trained && {
        regularizer: config[`${name}_regularizer` as keyof typeof config],
        constraint: config[`${name}_constraint` as keyof typeof config],
      }),
    });
    return [
      ...(config.scale ? [weight("gamma", true)] : []),
      ...(config.center ? [weight("beta", true)] : []),
      weight("moving_mean", false),
      weight("moving_variance", false),
    ];
  },
  outputShape: (_, [input]) => input!,
  lower(context) {
    const { b, config, inputs, training } = context;
    const x = inputs[0]!;
    const axes = axisList(config.axis, x.shape.length).map((axis) => graphAxis(x, axis));
    if (training && config.trainable) return normalizeBatch(context, x, axes);
    const mean = context.weight("moving_mean");
    const variance = context.weight("moving_variance");
    if (axes.length === 1 && axes[0] === 1) {
      // The ONNX op: its channels stand second, and engines fold it into a convolution.
      const length = knownLength(x.shape, x.order[1]!);
      // bounded: as many as the weights have
      const all = (value: number) => b.f32(new Float32Array(length).fill(value));
      const value = b.op(
        "BatchNormalization",
        [
          x.value,
          config.scale ? context.weight("gamma") : all(1),
          config.center ? context.weight("beta") : all(0),
          mean,
          variance,
        ],
        { epsilon: float(config.epsilon) },
      );
      return { ...x, value };
    }
    const align = aligner(context, x, axes);
    return { ...x, value: normalize(context, x.value, align(mean), align(variance), align) };
  },
});

type Context = LowerContext<{
  epsilon: number;
  momentum: number;
  scale: boolean;
  center: boolean;
}>;

/** A vector, or, with several axes, the input's rank with ones between (as Keras 2 has it). */
function parameterShape(axis: unknown, input: KerasShape): number[] {
  const axes = axisList(axis, input.length);
  return axes.length === 1
    ? [knownLength(input, axes[0]!)]
    : input.map((_, i) => (axes.includes(i) ? knownLength(input, i) : 1));
}

/** Gives a parameter the shape that broadcasts against `x`. */
function aligner({ b }: Context, x: SymbolicTensor, axes: readonly number[]) {
  return (parameter: string): string => {
    if (axes.length > 1) return b.op("Transpose", [parameter], { perm: x.order });
    const behind = x.order.length - 1 - axes[0]!;
    if (behind === 0) return parameter;
    // bounded: a difference of ranks
    return b.op("Reshape", [parameter, b.i64([-1, ...new Array<number>(behind).fill(1)])]);
  };
}

/** The formula of the layer, for mean and variance that broadcast against `x`. */
function normalize(
  { b, config, weight }: Context,
  x: string,
  mean: string,
  variance: string,
  align: (parameter: string) => string,
): string {
  const deviation = b.op("Sqrt", [b.op("Add", [variance, b.f32(config.epsilon)])]);
  let value = b.op("Div", [b.op("Sub", [x, mean]), deviation]);
  if (config.scale) value = b.op("Mul", [value, align(weight("gamma"))]);
  return config.center ? b.op("Add", [value, align(weight("beta"))]) : value;
}

/** Training: the statistics of the batch, and the new moving averages. */
function normalizeBatch(context: Context, x: SymbolicTensor, axes: readonly number[]) {
  const { b, config } = context;
  if (x.mask !== undefined)
    throw new StriateError(
      "has a mask, and statistics of the steps that count alone are not trained; put the layer before " +
        "the one that masks, or use LayerNormalization",
    );
  const others = x.order.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const over = b.i64(others);
  const mean = b.op("ReduceMean", [x.value, over]);
  const centered = b.op("Sub", [x.value, mean]);
  const variance = b.op("ReduceMean", [b.op("Mul", [centered, centered]), over]);
  const move = (name: string, batch: string) => {
    const old = context.weight(name);
    const flat =
      axes.length === 1
        ? b.op("Reshape", [batch, b.i64([-1])])
        : b.op("Transpose", [batch], { perm: x.order.map((_, i) => x.order.indexOf(i)) });
    const kept = b.op("Mul", [old, b.f32(config.momentum)]);
    context.update(name, b.op("Add", [kept, b.op("Mul", [flat, b.f32(1 - config.momentum)])]));
  };
  move("moving_mean", mean);
  move("moving_variance", variance);
  return { ...x, value: normalize(context, x.value, mean, variance, aligner(context, x, axes)) };
}
