import { StriateError } from "../base/errors.ts";
import { type Field, field } from "../base/fields.ts";
import { type LowerContext, commonFields, defineLayer } from "./define-layer.ts";
import { type DataFormat, dataFormatField, graphOrder, splitShape } from "./layouts.ts";
import { sampleAffine } from "./sample-affine.ts";

type Json = Field<unknown> & { readonly required: false };
const json = (): Json => field.json();

/** A picture `(N, C, H, W)` while it is changed, and the random numbers for it. */
interface Change<K extends string> {
  b: LowerContext<unknown>["b"];
  x: string;
  config: Record<K, unknown>;
  height: number;
  width: number;
  /** A uniform number in [low, high) for each picture, `(N, 1, 1, 1)`. */
  draw(low: number, high: number): string;
}

/** A layer that changes pictures at random in training and passes them on at inference. */
function augmentation<K extends string>(
  className: string,
  keys: readonly K[],
  change?: (picture: Change<K>) => string,
) {
  const own = Object.fromEntries(keys.map((key) => [key, json()])) as Record<K, Json>;
  return defineLayer({
    className,
    kind: "preprocessing",
    fields: { ...commonFields, data_format: dataFormatField, seed: json(), ...own },
    outputShape: (_, [input]) => input!,
    lower(context) {
      const x = context.inputs[0]!;
      if (!context.training) return x;
      if (change === undefined)
        throw new StriateError("changes pictures in training, which is not written for this layer");
      const { b, config, arrange, random } = context;
      const format = config.data_format as DataFormat | null;
      const [height, width] = splitShape(x.shape, format).space;
      if (x.shape.length !== 4 || typeof height !== "number" || typeof width !== "number")
        throw new StriateError("needs pictures of known size in training");
      const order = graphOrder(4, format);
      const draw = (low: number, high: number) => {
        const drawn = random("uniform", 0, x, [null, 1, 1, 1]);
        return b.op("Add", [b.op("Mul", [drawn, b.f32(high - low)]), b.f32(low)]);
      };
      const value = arrange(x, order);
      const changed = change({ b, x: value, config: config as never, height, width, draw });
      return { ...x, order, value: changed };
    },
  });
}

/** A factor f stands for [-f, f], within bounds; a pair is taken as it is. */
function range(factor: unknown, least = -1): [low: number, high: number] {
  if (Array.isArray(factor) && factor.every((n) => typeof n === "number"))
    return [Math.min(...factor), Math.max(...factor)];
  if (typeof factor !== "number")
    throw new StriateError(`expected a factor or a pair, got ${JSON.stringify(factor)}`);
  return [Math.max(-Math.abs(factor), least), Math.abs(factor)];
}

function valueRange(given: unknown): [number, number] {
  const [low, high] = (given ?? [0, 255]) as [number, number];
  return [low, high];
}

const fill = ["fill_mode", "fill_value", "interpolation"] as const;

/** `(N, 1, 1, 1)` as `(N, 1, 1)`, to stand beside the pixels of one map. */
const perPicture = ({ b }: Pick<Change<never>, "b">, drawn: string) =>
  b.op("Squeeze", [drawn, b.i64([3])]);

/** Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/ */
export const randomFlip = augmentation("RandomFlip", ["mode"], ({ b, x, config, draw }) => {
  const mode = (config.mode ?? "horizontal_and_vertical") as string;
  const axes = [...(mode === "horizontal" ? [] : [2]), ...(mode === "vertical" ? [] : [3])];
  const ends = axes.map(() => -(2 ** 31));
  const back = axes.map(() => -1);
  const flipped = b.op("Slice", [x, b.i64(back), b.i64(ends), b.i64(axes), b.i64(back)]);
  // One draw decides for both directions together.
  return b.op("Where", [b.op("LessOrEqual", [draw(0, 1), b.f32(0.5)]), flipped, x]);
});

/** Turns about the middle by a part of a whole turn; positive is counter-clockwise. */
export const randomRotation = augmentation("RandomRotation", ["factor", ...fill], (picture) => {
  const { b, x, config, height, width } = picture;
  const [low, high] = range(config.factor);
  const angle = perPicture(picture, picture.draw(low * 2 * Math.PI, high * 2 * Math.PI));
  const [cos, sin] = [b.op("Cos", [angle]), b.op("Sin", [angle])];
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  const times = (value: string, by: number) => b.op("Mul", [value, b.f32(by)]);
  // The middle stays where it is.
  const c = b.op("Add", [b.op("Sub", [b.f32(middleX), times(cos, middleX)]), times(sin, middleY)]);
  const f = b.op("Sub", [b.op("Sub", [b.f32(middleY), times(sin, middleX)]), times(cos, middleY)]);
  const affine = { a: cos, b: b.op("Neg", [sin]), c, d: sin, e: cos, f };
  return sampleAffine(b, x, [height, width], affine, config);
});

/** Shows more (positive) or less of the scene; without a width factor both sides change alike. */
export const randomZoom = augmentation(
  "RandomZoom",
  ["height_factor", "width_factor", ...fill],
  (picture) => {
    const { b, x, config, height, width, draw } = picture;
    const zoom = (factor: unknown) => {
      const [low, high] = range(factor);
      return perPicture(picture, draw(1 + low, 1 + high));
    };
    const down = zoom(config.height_factor);
    const across = config.width_factor === null ? down : zoom(config.width_factor);
    const offset = (by: string, length: number) =>
      b.op("Mul", [b.op("Sub", [b.f32(1), by]), b.f32((length - 1) / 2)]);
    const affine = {
      a: across,
      b: 0,
      c: offset(across, width),
      d: 0,
      e: down,
      f: offset(down, height),
    };
    return sampleAffine(b, x, [height, width], affine, config);
  },
);

/** Moves down (positive) or up by a part of the height, right or left by one of the width. */
export const randomTranslation = augmentation(
  "RandomTranslation",
  ["height_factor", "width_factor", ...fill],
  (picture) => {
    const { b, x, config, height, width, draw } = picture;
    const move = (factor: unknown, length: number) => {
      const [low, high] = range(factor);
      return b.op("Neg", [perPicture(picture, draw(low * length, high * length))]);
    };
    const f = move(config.height_factor, height);
    const c = move(config.width_factor, width);
    return sampleAffine(b, x, [height, width], { a: 1, b: 0, c, d: 0, e: 1, f }, config);
  },
);

/** Multiplies each channel's distance from its mean. */
export const randomContrast = augmentation(
  "RandomContrast",
  ["factor", "value_range"],
  ({ b, x, config, draw }) => {
    const [lower, upper] = range(config.factor, 0);
    const mean = b.op("ReduceMean", [x, b.i64([2, 3])]);
    const scaled = b.op("Mul", [b.op("Sub", [x, mean]), draw(1 - lower, 1 + upper)]);
    const [low, high] = valueRange(config.value_range);
    return b.op("Clip", [b.op("Add", [scaled, mean]), b.f32(low), b.f32(high)]);
  },
);

/** Adds a part of the range of values to every value. */
export const randomBrightness = augmentation(
  "RandomBrightness",
  ["factor", "value_range"],
  ({ b, x, config, draw }) => {
    const [low, high] = valueRange(config.value_range);
    const [lower, upper] = range(config.factor);
    const delta = draw(lower * (high - low), upper * (high - low));
    return b.op("Clip", [b.op("Add", [x, delta]), b.f32(low), b.f32(high)]);
  },
);

// The rarer ones are known so that files with them open; they are not trained.
export const randomShear = augmentation("RandomShear", ["x_factor", "y_factor", ...fill]);
export const randomPerspective = augmentation("RandomPerspective", ["factor", "scale", ...fill]);
export const randomElasticTransform = augmentation("RandomElasticTransform", [
  "factor",
  "scale",
  "value_range",
  ...fill,
]);
export const randomErasing = augmentation("RandomErasing", [
  "factor",
  "scale",
  "fill_value",
  "value_range",
]);
export const randomGaussianBlur = augmentation("RandomGaussianBlur", [
  "factor",
  "kernel_size",
  "sigma",
  "value_range",
]);
export const randomGrayscale = augmentation("RandomGrayscale", ["factor"]);
export const randomHue = augmentation("RandomHue", ["factor", "value_range"]);
export const randomSaturation = augmentation("RandomSaturation", ["factor", "value_range"]);
export const randomSharpness = augmentation("RandomSharpness", ["factor", "value_range"]);
export const randomInvert = augmentation("RandomInvert", ["factor", "value_range"]);
export const randomPosterization = augmentation("RandomPosterization", ["factor", "value_range"]);
export const randomColorDegeneration = augmentation("RandomColorDegeneration", [
  "factor",
  "value_range",
]);
export const randomColorJitter = augmentation("RandomColorJitter", [
  "value_range",
  "brightness_factor",
  "contrast_factor",
  "saturation_factor",
  "hue_factor",
]);
export const mixUp = augmentation("MixUp", ["alpha"]);
export const cutMix = augmentation("CutMix", ["factor"]);
export const augMix = augmentation("AugMix", [
  "value_range",
  "num_chains",
  "chain_depth",
  "factor",
  "alpha",
  "all_ops",
  "interpolation",
]);
export const randAugment = augmentation("RandAugment", [
  "value_range",
  "num_ops",
  "factor",
  "interpolation",
]);
