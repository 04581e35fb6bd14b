import { StriateError } from "../../base/errors.ts";
import { normalizeAxis, sizeOf } from "../../base/shape.ts";
import { allButChannels, spatialAxes } from "../facts/axes.ts";
import type { GradientContext } from "../define-op.ts";
import type { Formula } from "../facts/formula.ts";

type Gradients = (string | null)[];

/** A tensor standardised over some axes: z = (x - mean) / deviation. */
interface Standardised {
  z: string;
  /** 1 / deviation. */
  inverse: string;
  axes: readonly number[];
}

function standardise(
  f: Formula,
  x: string,
  axes: readonly number[],
  epsilon: number,
): Standardised {
  const centred = f.sub(x, f.mean(x, axes));
  const inverse = inverseRoot(f, f.mean(f.mul(centred, centred), axes), epsilon);
  return { z: f.mul(centred, inverse), inverse, axes };
}

/** 1 / sqrt(variance + epsilon) */
function inverseRoot(f: Formula, variance: string, epsilon: number): string {
  const root = f.apply("Sqrt", epsilon === 0 ? variance : f.add(variance, epsilon));
  return f.apply("Reciprocal", root);
}

/** dx = (dz - mean(dz) - z mean(dz z)) / deviation, the means over the axes of standardisation. */
function throughStandardised(f: Formula, dz: string, { z, inverse, axes }: Standardised): string {
  const slope = f.mul(z, f.mean(f.mul(dz, z), axes));
  return f.mul(f.sub(f.sub(dz, f.mean(dz, axes)), slope), inverse);
}

/** A vector with one number for each channel, so that it broadcasts with `[N, C, ...]`. */
function channels(f: Formula, vector: string, rank: number): string {
  return f.reshape(vector, [1, -1, ...spatialAxes(rank).map(() => 1)]);
}

/**
 * Inference: y = scale (x - mean) / sqrt(var + eps) + bias, all but x one number for each channel.
 * With r = 1 / sqrt(var + eps): dx = g scale r, d scale = sum g (x - mean) r, d bias = sum g,
 * d mean = -scale r sum g, d var = -scale r³/2 sum g (x - mean).
 */
export function batchGradient(
  context: GradientContext<{ epsilon: number; training_mode: number }>,
): Gradients {
  const { attributes, f, grad, grads, inputs, shape } = context;
  const [x, scale, , mean, variance] = inputs as [string, string, string, string, string];
  const rank = shape(0).length;
  const axes = allButChannels(rank);
  if (attributes.training_mode) {
    if (grads[1] ?? grads[2])
      throw new StriateError("no gradient through the running statistics of a BatchNormalization");
    const standard = standardise(f, x, axes, attributes.epsilon);
    const dz = f.mul(grad, channels(f, scale, rank));
    return [
      throughStandardised(f, dz, standard),
      f.sum(f.mul(grad, standard.z), axes, false),
      f.sum(grad, axes, false),
      null,
      null,
    ];
  }
  const inverse = inverseRoot(f, variance, attributes.epsilon);
  const factor = f.mul(scale, inverse);
  const total = f.sum(grad, axes, false);
  const weighted = f.sum(f.mul(grad, f.sub(x, channels(f, mean, rank))), axes, false);
  return [
    f.mul(grad, channels(f, factor, rank)),
    f.mul(weighted, inverse),
    total,
    f.apply("Neg", f.mul(factor, total)),
    f.mul(weighted, factor, f.mul(inverse, inverse), -0.5),
  ];
}

/** y = scale z + bias, z standardised over space: one picture and channel at a time. */
export function instanceGradient(context: GradientContext<{ epsilon: number }>): Gradients {
  const { attributes, f, grad, inputs, shape } = context;
  const rank = shape(0).length;
  const standard = standardise(f, inputs[0]!, spatialAxes(rank), attributes.epsilon);
  const dz = f.mul(grad, channels(f, inputs[1]!, rank));
  const axes = allButChannels(rank);
  return [
    throughStandardised(f, dz, standard),
    f.sum(f.mul(grad, standard.z), axes, false),
    f.sum(grad, axes, false),
  ];
}

/** y = scale z + bias, z standardised over space and the channels of a group. */
export function groupGradient(
  context: GradientContext<{ epsilon: number; num_groups: number }>,
): Gradients {
  const { attributes, f, grad, inputs, shape } = context;
  const [batch, count, ...space] = shape(0) as [number, number, ...number[]];
  const groups = attributes.num_groups;
  // Axes: picture, group, channel of the group, place.
  const split = [batch, groups, count / groups, sizeOf(space)];
  const standard = standardise(f, f.reshape(inputs[0]!, split), [2, 3], attributes.epsilon);
  const g = f.reshape(grad, split);
  // Opset 18 has one scale for each group, later ones one for each channel.
  const each =
    shape(1)[0] === groups && count !== groups ? [1, groups, 1, 1] : [1, groups, count / groups, 1];
  const axes = each[2] === 1 && count !== groups ? [0, 2, 3] : [0, 3];
  const dz = f.mul(g, f.reshape(inputs[1]!, each));
  return [
    f.reshape(throughStandardised(f, dz, standard), shape(0)),
    f.reshape(f.sum(f.mul(g, standard.z), axes), shape(1)),
    f.reshape(f.sum(g, axes), shape(2)),
  ];
}

/** y = scale z + bias, z standardised over all axes from `axis` on. */
export function layerGradient(
  context: GradientContext<{ axis: number; epsilon: number }>,
): Gradients {
  const { attributes, f, grad, grads, inputs } = context;
  if (grads[1] ?? grads[2])
    throw new StriateError("no gradient through the statistics of a LayerNormalization");
  const standard = standardise(f, inputs[0]!, axesFrom(context), attributes.epsilon);
  return [throughStandardised(f, f.mul(grad, inputs[1]!), standard), f.mul(grad, standard.z), grad];
}

/** y = scale z, z = x / sqrt(mean(x²) + eps): dx = (dz - z mean(dz z)) / root. */
export function rmsGradient(
  context: GradientContext<{ axis: number; epsilon: number }>,
): Gradients {
  const { attributes, f, grad, inputs } = context;
  const [x, scale] = inputs as [string, string];
  const axes = axesFrom(context);
  const inverse = inverseRoot(f, f.mean(f.mul(x, x), axes), attributes.epsilon);
  const z = f.mul(x, inverse);
  const dz = f.mul(grad, scale);
  return [f.mul(f.sub(dz, f.mul(z, f.mean(f.mul(dz, z), axes))), inverse), f.mul(grad, z)];
}

function axesFrom({ attributes, shape }: GradientContext<{ axis: number }>): number[] {
  const rank = shape(0).length;
  const first = normalizeAxis(attributes.axis, rank);
  // bounded: a difference of ranks
  return Array.from({ length: rank - first }, (_, i) => first + i);
}

/** y = z, standardised over the axes (by default all but the channels'). */
export function meanVarianceGradient(
  context: GradientContext<{ axes: readonly number[] }>,
): Gradients {
  const { attributes, f, grad, inputs } = context;
  return [throughStandardised(f, grad, standardise(f, inputs[0]!, attributes.axes, 0))];
}

/** y = x / n. n = sqrt(sum x²): dx = (g - y sum(g y)) / n. n = sum |x|: dx = (g - sign(x) sum(g y)) / n. */
export function lpGradient(context: GradientContext<{ axis: number; p: number }>): Gradients {
  const { attributes, b, f, grad, inputs, outputs, shape } = context;
  const axis = normalizeAxis(attributes.axis, shape(0).length);
  const [x, y] = [inputs[0]!, outputs[0]!];
  const reduce = attributes.p === 1 ? "ReduceL1" : "ReduceL2";
  const norm = b.op(reduce, [x, b.i64([axis])], { keepdims: 1 });
  const direction = attributes.p === 1 ? f.apply("Sign", x) : y;
  return [f.div(f.sub(grad, f.mul(direction, f.sum(f.mul(grad, y), [axis]))), norm)];
}

/**
 * y = x u^-beta, u = bias + alpha/size times the sum of x² over `size` neighbouring channels:
 * dx = g u^-beta - 2 alpha beta/size x times the sum of g x u^(-beta-1) over the channels that have
 * this one as a neighbour.
 */
export function lrnGradient(
  context: GradientContext<{ alpha: number; beta: number; bias: number; size: number | undefined }>,
): Gradients {
  const { attributes, b, f, grad, inputs, shape } = context;
  const { alpha, beta, bias, size = 1 } = attributes;
  const x = inputs[0]!;
  const [before, after] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
  const [batch, count, ...space] = shape(0) as [number, number, ...number[]];
  // A sum over neighbouring channels: a window that slides along the channels as along rows.
  const neighbours = (value: string, low: number, high: number) => {
    const rows = f.reshape(value, [batch, 1, count, sizeOf(space)]);
    const padded = b.op("Pad", [rows, b.i64([0, 0, low, 0, 0, 0, high, 0])]);
    const mean = b.op("AveragePool", [padded], { kernel_shape: [size, 1] });
    return f.mul(f.reshape(mean, shape(0)), size);
  };
  const u = f.add(f.mul(neighbours(f.mul(x, x), before, after), alpha / size), bias);
  const direct = f.mul(grad, f.pow(u, -beta));
  const sum = neighbours(f.mul(grad, x, f.pow(u, -beta - 1)), after, before);
  return [f.sub(direct, f.mul(x, sum, (2 * alpha * beta) / size))];
}
