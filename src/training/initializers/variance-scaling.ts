import { field } from "../../base/fields.ts";
import type { Random } from "../../base/random.ts";
import { sizeOf } from "../../base/shape.ts";
import { defineInitializer } from "./define-initializer.ts";
import { TRUNCATED_DEVIATION, truncatedNormal } from "./random.ts";

type Mode = "fan_in" | "fan_out" | "fan_avg";
type Distribution = "uniform" | "truncated_normal" | "untruncated_normal" | "normal";

/**
 * How many numbers a unit reads and how many units read one: for a kernel `(...window, in, out)`,
 * `window * in` and `window * out`.
 */
export function fans(shape: readonly number[]): { fanIn: number; fanOut: number } {
  if (shape.length < 2) {
    const length = shape[0] ?? 1;
    return { fanIn: length, fanOut: length };
  }
  const window = sizeOf(shape.slice(0, -2));
  return { fanIn: window * shape.at(-2)!, fanOut: window * shape.at(-1)! };
}

/** Random numbers of variance `scale / n`, where n is the fan that `mode` names. */
function scaled(
  scale: number,
  mode: Mode,
  distribution: Distribution,
  shape: readonly number[],
  random: Random,
): Float32Array {
  const { fanIn, fanOut } = fans(shape);
  const n = mode === "fan_in" ? fanIn : mode === "fan_out" ? fanOut : (fanIn + fanOut) / 2;
  const variance = scale / Math.max(1, n);
  const deviation = Math.sqrt(variance);
  const limit = Math.sqrt(3 * variance);
  const next = {
    uniform: () => random.uniform(-limit, limit),
    untruncated_normal: () => random.normal(0, deviation),
    truncated_normal: () => (deviation / TRUNCATED_DEVIATION) * truncatedNormal(random),
    // Keras 2's word for the truncated one.
    normal: () => (deviation / TRUNCATED_DEVIATION) * truncatedNormal(random),
  }[distribution];
  return Float32Array.from({ length: sizeOf(shape) }, next);
}

/**
 * Numbers whose variance keeps signals of one size from layer to layer.
 *
 * Source: https://keras.io/api/layers/initializers/
 */
export const varianceScaling = defineInitializer({
  className: "VarianceScaling",
  fields: {
    scale: field.number(1, { min: 0 }),
    mode: field.choice(["fan_in", "fan_out", "fan_avg"], "fan_in"),
    distribution: field.choice(
      ["truncated_normal", "untruncated_normal", "uniform", "normal"],
      "truncated_normal",
    ),
    seed: field.json(),
  },
  fill: ({ scale, mode, distribution }, shape, random) =>
    scaled(scale, mode, distribution, shape, random),
});

const preset = (className: string, scale: number, mode: Mode, distribution: Distribution) =>
  defineInitializer({
    className,
    aliases: className.startsWith("Glorot") ? [className.replace("Glorot", "Xavier")] : [],
    fields: { seed: field.json() },
    fill: (_, shape, random) => scaled(scale, mode, distribution, shape, random),
  });

/** Glorot and Bengio, AISTATS 2010. */
export const glorotUniform = preset("GlorotUniform", 1, "fan_avg", "uniform");
export const glorotNormal = preset("GlorotNormal", 1, "fan_avg", "truncated_normal");
/** He et al., ICCV 2015 (https://arxiv.org/abs/1502.01852). */
export const heUniform = preset("HeUniform", 2, "fan_in", "uniform");
export const heNormal = preset("HeNormal", 2, "fan_in", "truncated_normal");
/** LeCun et al., "Efficient BackProp", 1998. */
export const lecunUniform = preset("LecunUniform", 1, "fan_in", "uniform");
export const lecunNormal = preset("LecunNormal", 1, "fan_in", "truncated_normal");
