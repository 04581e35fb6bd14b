import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import { isIdentityOrder } from "../../base/shape.ts";
import { axesField } from "../../base/axes-field.ts";
import {
  type KerasShape,
  type LowerContext,
  type SymbolicTensor,
  commonFields,
  defineLayer,
} from "../define-layer.ts";
import { trainedWeight } from "../fields/kernel-fields.ts";
import { standardize, unitLength } from "./moments.ts";
import { axisList, graphAxis, knownLength } from "../symbolic.ts";
import { constraintField, initializerField, regularizerField } from "../fields/trained-fields.ts";

const scaleAndCenter = {
  center: field.boolean(true),
  scale: field.boolean(true),
  beta_initializer: initializerField("zeros"),
  gamma_initializer: initializerField("ones"),
  beta_regularizer: regularizerField(),
  gamma_regularizer: regularizerField(),
  beta_constraint: constraintField(),
  gamma_constraint: constraintField(),
};

type Context = LowerContext<unknown>;

const lengthsOf = (shape: KerasShape, axes: readonly number[]) =>
  axes.map((axis) => knownLength(shape, axis));

/**
 * Gives a parameter with the lengths of some Keras axes (in ascending order) the shape that broadcasts
 * against `x`.
 */
function align(
  { b }: Context,
  parameter: string,
  x: SymbolicTensor,
  axes: readonly number[],
): string {
  const inGraph = x.order.filter((axis) => axes.includes(axis));
  const perm = inGraph.map((axis) => axes.indexOf(axis));
  const turned = isIdentityOrder(perm) ? parameter : b.op("Transpose", [parameter], { perm });
  const target = x.order.map((axis) => (axes.includes(axis) ? knownLength(x.shape, axis) : 1));
  while (target.length > axes.length && target[0] === 1) target.shift();
  return target.length === axes.length ? turned : b.op("Reshape", [turned, b.i64(target)]);
}

/** `value * gamma + beta`, as far as the layer has them. */
function scaled(
  context: Context,
  value: string,
  x: SymbolicTensor,
  axes: readonly number[],
): string {
  const { b, hasWeight, weight } = context;
  let result = value;
  if (hasWeight("gamma")) result = b.op("Mul", [result, align(context, weight("gamma"), x, axes)]);
  if (hasWeight("beta")) result = b.op("Add", [result, align(context, weight("beta"), x, axes)]);
  return result;
}

const sorted = (axes: readonly number[]) => [...axes].sort((a, b) => a - b);

/**
 * Mean 0 and deviation 1 over an axis (or several) of each example, then scaled and shifted.
 *
 * Source: https://keras.io/api/layers/normalization_layers/layer_normalization/
 */
export const layerNormalization = defineLayer({
  className: "LayerNormalization",
  kind: "normalization",
  fields: {
    ...commonFields,
    axis: axesField(-1),
    epsilon: field.number(0.001),
    ...scaleAndCenter,
    rms_scaling: field.boolean(false),
  },
  weights(config, [input]) {
    const shape = lengthsOf(input!, sorted(axisList(config.axis, input!.length)));
    return [
      ...(config.scale || config.rms_scaling ? [trainedWeight("gamma", shape, config)] : []),
      ...(config.center && !config.rms_scaling ? [trainedWeight("beta", shape, config)] : []),
    ];
  },
  outputShape: (_, [input]) => input!,
  lower(context) {
    const { b, config, inputs } = context;
    const x = inputs[0]!;
    const axes = sorted(axisList(config.axis, x.shape.length));
    const over = axes.map((axis) => graphAxis(x, axis));
    const value = config.rms_scaling
      ? meanSquareOne(context, x.value, over, config.epsilon)
      : standardize(b, x.value, over, config.epsilon);
    return { ...x, value: scaled(context, value, x, axes) };
  },
});

/** `x / sqrt(mean(x^2) + epsilon)`. */
function meanSquareOne(
  { b }: Context,
  x: string,
  over: readonly number[],
  epsilon: number,
): string {
  const square = b.op("ReduceMean", [b.op("Mul", [x, x]), b.i64(over)]);
  return b.op("Div", [x, b.op("Sqrt", [b.op("Add", [square, b.f32(epsilon)])])]);
}

/**
 * `scale * x / sqrt(mean(x^2) + epsilon)`.
 *
 * Source: https://keras.io/api/layers/normalization_layers/rms_normalization/
 */
export const rmsNormalization = defineLayer({
  className: "RMSNormalization",
  kind: "normalization",
  fields: { ...commonFields, axis: axesField(-1), epsilon: field.number(1e-6) },
  weights(config, [input]) {
    const shape = lengthsOf(input!, sorted(axisList(config.axis, input!.length)));
    return [{ name: "scale", shape, trainable: config.trainable, initializer: "ones" }];
  },
  outputShape: (_, [input]) => input!,
  lower(context) {
    const { b, config, inputs } = context;
    const x = inputs[0]!;
    const axes = sorted(axisList(config.axis, x.shape.length));
    const over = axes.map((axis) => graphAxis(x, axis));
    const value = meanSquareOne(context, x.value, over, config.epsilon);
    return { ...x, value: b.op("Mul", [value, align(context, context.weight("scale"), x, axes)]) };
  },
});

/**
 * Mean 0 and deviation 1 over each group of channels and all positions of an example. `groups: -1`
 * makes each channel a group (instance normalisation).
 *
 * Source: https://keras.io/api/layers/normalization_layers/group_normalization/
 */
export const groupNormalization = defineLayer({
  className: "GroupNormalization",
  kind: "normalization",
  fields: {
    ...commonFields,
    groups: field.int(32, { min: -1 }),
    axis: field.int(-1),
    epsilon: field.number(0.001),
    ...scaleAndCenter,
  },
  weights(config, [input]) {
    const shape = [knownLength(input!, config.axis)];
    return [
      ...(config.scale ? [trainedWeight("gamma", shape, config)] : []),
      ...(config.center ? [trainedWeight("beta", shape, config)] : []),
    ];
  },
  outputShape: (_, [input]) => input!,
  lower(context) {
    const { b, config, inputs } = context;
    const rank = inputs[0]!.shape.length;
    const [axis] = axisList(config.axis, rank);
    const others = inputs[0]!.shape.map((_, i) => i).filter((i) => i !== 0 && i !== axis);
    // Channels second: a group is then one run of numbers.
    const order = [0, axis!, ...others];
    const x = { ...inputs[0]!, order, value: context.arrange(inputs[0]!, order) };
    const channels = knownLength(x.shape, axis!);
    const groups = config.groups === -1 ? channels : config.groups;
    if (channels % groups !== 0)
      throw new StriateError(`${channels} channels do not divide into ${groups} groups`);
    const grouped = b.op("Reshape", [x.value, b.i64([0, groups, -1])]);
    const value = standardize(b, grouped, [2], config.epsilon);
    const back = b.op("Reshape", [value, b.op("Shape", [x.value])]);
    return { ...x, value: scaled(context, back, x, [axis!]) };
  },
});

/**
 * Each example scaled to length one over an axis (or several).
 *
 * Source: https://keras.io/api/layers/normalization_layers/unit_normalization/
 */
export const unitNormalization = defineLayer({
  className: "UnitNormalization",
  kind: "normalization",
  fields: { ...commonFields, axis: axesField(-1) },
  outputShape: (_, [input]) => input!,
  lower({ b, config, inputs }) {
    const x = inputs[0]!;
    const over = axisList(config.axis, x.shape.length).map((axis) => graphAxis(x, axis));
    return { ...x, value: unitLength(b, x.value, over) };
  },
});
