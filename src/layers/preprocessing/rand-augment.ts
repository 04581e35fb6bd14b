import { type Fields, field, parseFields } from "../../base/fields.ts";
import { randomRotation, randomShear, randomTranslation } from "./augmentation.ts";
import {
  autoContrast,
  equalization,
  randomBrightness,
  randomColorDegeneration,
  randomContrast,
  randomPosterization,
  randomSharpness,
  solarization,
} from "./color-augmentation.ts";
import {
  type Change,
  type Step,
  augmentation,
  factorRange,
  valueRangeField,
} from "./define-augmentation.ts";

/** The changes that are drawn from, in Keras' order, with their settings for a strength. */
function choices(
  factor: readonly [number, number],
  interpolation: unknown,
  value_range: unknown,
): [Step, Record<string, unknown>][] {
  return [
    [randomShear, { x_factor: factor, y_factor: factor, interpolation }],
    [randomTranslation, { height_factor: factor, width_factor: factor, interpolation }],
    [randomRotation, { factor, interpolation }],
    [randomBrightness, { factor, value_range }],
    [randomColorDegeneration, { factor, value_range }],
    [randomContrast, { factor, value_range }],
    [randomSharpness, { factor, value_range }],
    [randomPosterization, { factor: Math.max(1, Math.trunc(8 * factor[1])), value_range }],
    [solarization, { addition_factor: factor, threshold_factor: factor, value_range }],
    [autoContrast, { value_range }],
    [equalization, { value_range }],
  ];
}

/**
 * Several changes one after the other, each drawn anew for a batch; how far each goes is drawn for every
 * picture.
 *
 * Source: Cubuk et al. 2019, https://arxiv.org/abs/1909.13719;
 * https://keras.io/api/layers/preprocessing_layers/image_augmentation/rand_augment/
 */
export const randAugment = augmentation(
  "RandAugment",
  {
    ...valueRangeField,
    num_ops: field.int(2, { min: 0 }),
    factor: field.json(0.5),
    interpolation: field.json("bilinear"),
  },
  {
    change(picture) {
      const { b, config, drawForAll } = picture;
      const steps = choices(
        factorRange(config.factor, 0),
        config.interpolation,
        config.value_range,
      ).map(([step, settings]) => ({ step, settings, draws: [] as string[] }));
      if (config.num_ops === 0) return picture.x;
      const drawn = b.op("Floor", [drawForAll(0, steps.length, config.num_ops)]);
      let { x } = picture;
      for (let turn = 0; turn < config.num_ops; turn++) {
        const chosen = b.op("Gather", [drawn, b.i64(turn)], { axis: 0 });
        for (const [index, { step, settings, draws }] of steps.entries()) {
          const changed = changeBy(step, settings, { ...picture, x }, draws);
          x = b.op("Where", [b.op("Equal", [chosen, b.f32(index)]), changed, x]);
        }
      }
      return x;
    },
  },
);

/** Makes a change; a second turn uses the numbers that the first one drew. */
function changeBy(
  { change, fields }: Step,
  settings: Record<string, unknown>,
  picture: Change,
  draws: string[],
): string {
  let at = 0;
  const draw = (low: number, high: number) => (draws[at++] ??= picture.draw(low, high));
  const config = parseFields(fields as Fields, settings);
  return change!({ ...picture, draw, config: config as never });
}
