import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import { isIdentityOrder } from "../../base/shape.ts";
import { float32 } from "../../base/tensor.ts";
import { axesField } from "../../base/axes-field.ts";
import {
  type KerasShape,
  type LowerContext,
  type SymbolicTensor,
  commonFields,
  defineLayer,
} from "../define-layer.ts";
import {
  type Numbers,
  flattenNumbers,
  numbersField,
  shapeOfNumbers,
} from "../fields/numbers-field.ts";
import { axisList, knownLength } from "../symbolic.ts";

interface Config {
  axis: number | readonly number[] | null;
  mean: Numbers | null;
}

/** The axes that have a mean and variance for each place. */
const keptAxes = (config: Config, rank: number): number[] =>
  config.axis === null ? [] : axisList(config.axis, rank).sort((a, b) => a - b);

const lengths = (config: Config, input: KerasShape) =>
  keptAxes(config, input.length).map((axis) => knownLength(input, axis));

/**
 * `(x - mean) / max(sqrt(variance), 1e-7)`, or the way back with `invert`. Mean and variance come from
 * the configuration, or are weights that `adapt` has set.
 *
 * Source: https://keras.io/api/layers/preprocessing_layers/numerical/normalization/
 */
export const normalization = defineLayer({
  className: "Normalization",
  facts: { scales: true },
  kind: "preprocessing",
  fields: {
    ...commonFields,
    axis: field.nullable(axesField(-1)),
    invert: field.boolean(false),
    mean: numbersField(),
    variance: numbersField(),
  },
  weights(config, [input]) {
    if (config.mean !== null) return [];
    const spec = (name: string, shape: readonly number[], initializer: string) => ({
      name,
      shape,
      trainable: false,
      initializer,
    });
    const shape = lengths(config, input!);
    return [
      spec("mean", shape, "zeros"),
      spec("variance", shape, "ones"),
      spec("count", [], "zeros"),
    ];
  },
  outputShape: (_, [input]) => input!,
  lower(context) {
    const { b, config, inputs } = context;
    const x = inputs[0]!;
    const mean = align(context, statistic(context, "mean"), x);
    const variance = align(context, statistic(context, "variance"), x);
    const deviation = b.op("Max", [b.op("Sqrt", [variance]), b.f32(1e-7)]);
    const value = config.invert
      ? b.op("Add", [b.op("Mul", [x.value, deviation]), mean])
      : b.op("Div", [b.op("Sub", [x.value, mean]), deviation]);
    return { ...x, value };
  },
});

type Context = LowerContext<Config & { mean: Numbers | null; variance: Numbers | null }>;

/** The mean or variance as a graph value with one axis for each kept axis. */
function statistic({ b, config, inputs, weight }: Context, name: "mean" | "variance"): string {
  const numbers = config[name];
  if (numbers === null) return weight(name);
  const wanted = lengths(config, inputs[0]!.shape);
  const given = shapeOfNumbers(numbers);
  // Shorter ones belong to the last of the kept axes; a 1 stands for all places.
  const shape = [...new Array<number>(Math.max(0, wanted.length - given.length)).fill(1), ...given];
  const data = flattenNumbers(numbers);
  if (data.length !== 1 && !wanted.every((length, i) => shape[i] === length || shape[i] === 1))
    throw new StriateError(
      `"${name}" has shape [${given.join(", ")}], the input needs [${wanted.join(", ")}]`,
    );
  return b.constant(data.length === 1 ? float32([], data) : float32(shape, data));
}

/** Gives a statistic the shape that broadcasts against `x`. */
function align({ b, config, inputs }: Context, value: string, x: SymbolicTensor): string {
  const kept = keptAxes(config, inputs[0]!.shape.length);
  if (kept.length === 0 || isScalar(config)) return value;
  const inGraph = x.order.filter((axis) => kept.includes(axis));
  const perm = inGraph.map((axis) => kept.indexOf(axis));
  const turned = isIdentityOrder(perm) ? value : b.op("Transpose", [value], { perm });
  const added = x.order.flatMap((axis, i) => (kept.includes(axis) ? [] : [i]));
  return added.length === 0 ? turned : b.op("Unsqueeze", [turned, b.i64(added)]);
}

const isScalar = ({ mean }: Config) => mean !== null && flattenNumbers(mean).length === 1;
