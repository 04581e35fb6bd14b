import { field } from "../../base/fields.ts";
import type { Random } from "../../base/random.ts";
import { sizeOf } from "../../base/shape.ts";
import { defineInitializer } from "./define-initializer.ts";

const draw = (shape: readonly number[], next: () => number): Float32Array =>
  Float32Array.from({ length: sizeOf(shape) }, next);

/** A standard normal number, drawn again until it is within two deviations. */
export function truncatedNormal(random: Random): number {
  for (;;) {
    const value = random.normal();
    if (Math.abs(value) <= 2) return value;
  }
}

/** Deviation of {@link truncatedNormal}. */
export const TRUNCATED_DEVIATION = 0.87962566103423978;

export const randomUniform = defineInitializer({
  className: "RandomUniform",
  aliases: ["uniform"],
  fields: { minval: field.number(-0.05), maxval: field.number(0.05), seed: field.json() },
  fill: ({ minval, maxval }, shape, random) => draw(shape, () => random.uniform(minval, maxval)),
});

export const randomNormal = defineInitializer({
  className: "RandomNormal",
  aliases: ["normal"],
  fields: { mean: field.number(0), stddev: field.number(0.05), seed: field.json() },
  fill: ({ mean, stddev }, shape, random) => draw(shape, () => random.normal(mean, stddev)),
});

/** Normal numbers within two deviations of the mean; `stddev` is that before the cut, as in Keras. */
export const truncated = defineInitializer({
  className: "TruncatedNormal",
  fields: { mean: field.number(0), stddev: field.number(0.05), seed: field.json() },
  fill: ({ mean, stddev }, shape, random) =>
    draw(shape, () => mean + stddev * truncatedNormal(random)),
});
