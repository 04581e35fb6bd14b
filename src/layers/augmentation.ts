import { StriateError } from "../base/errors.ts";
import { type Field, type Fields, type Values, field } from "../base/fields.ts";
import { type LowerContext, commonFields, defineLayer } from "./define-layer.ts";
import { type DataFormat, dataFormatField, graphOrder, splitShape } from "./layouts.ts";
import { sampleAffine } from "./sample-affine.ts";

/** A field that Keras has no default for. */
const needed: Field<unknown> & { readonly required: true } = {
  kind: "json",
  parse: (value) => value,
  required: true,
};
const valueRangeField = { value_range: field.json([0, 255]) };
const fill = {
  fill_mode: field.json("reflect"),
  fill_value: field.json(0),
  interpolation: field.json("bilinear"),
};

/** A picture `(N, C, H, W)` while it is changed, and the random numbers for it. */
interface Change<F extends Fields> {
  b: LowerContext<unknown>["b"];
  x: string;
  config: Values<F>;
  height: number;
  width: number;
  /** A uniform number in [low, high) for each picture, `(N, 1, 1, 1)`. */
  draw(low: number, high: number): string;
}

/** A layer that changes pictures at random in training and passes them on at inference. */
function augmentation<const F extends Fields>(
  className: string,
  own: F,
  change?: (picture: Change<F>) => string,
) {
  return defineLayer({
    className,
    kind: "preprocessing",
    fields: { ...commonFields, data_format: dataFormatField, seed: field.json(), ...own },
    outputShape: (_, [input]) => input!,
    lower(context) {
      const x = context.inputs[0]!;
      if (!context.training) return x;
      if (change === undefined)
        throw new StriateError("changes pictures in training, which is not written for this layer");
      const { b, config, arrange, random } = context;
      const format = (config as { data_format: DataFormat | null }).data_format;
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
  const [low, high] = given as [number, number];
  return [low, high];
}

/** `(N, 1, 1, 1)` as `(N, 1, 1)`, to stand beside the pixels of one map. */
const perPicture = ({ b }: Pick<Change<Fields>, "b">, drawn: string) =>
  b.op("Squeeze", [drawn, b.i64([3])]);

/** Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/ */
export const randomFlip = augmentation(
  "RandomFlip",
  {
    mode: field.choice(
      ["horizontal", "vertical", "horizontal_and_vertical"],
      "horizontal_and_vertical",
    ),
  },
  ({ b, x, config, draw }) => {
    const { mode } = config;
    const axes = [...(mode === "horizontal" ? [] : [2]), ...(mode === "vertical" ? [] : [3])];
    const ends = axes.map(() => -(2 ** 31));
    const back = axes.map(() => -1);
    const flipped = b.op("Slice", [x, b.i64(back), b.i64(ends), b.i64(axes), b.i64(back)]);
    // One draw decides for both directions together.
    return b.op("Where", [b.op("LessOrEqual", [draw(0, 1), b.f32(0.5)]), flipped, x]);
  },
);

/** Turns about the middle by a part of a whole turn; positive is counter-clockwise. */
export const randomRotation = augmentation(
  "RandomRotation",
  { factor: needed, ...fill },
  (picture) => {
    const { b, x, config, height, width } = picture;
    const [low, high] = range(config.factor);
    const angle = perPicture(picture, picture.draw(low * 2 * Math.PI, high * 2 * Math.PI));
    const [cos, sin] = [b.op("Cos", [angle]), b.op("Sin", [angle])];
    const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
    const times = (value: string, by: number) => b.op("Mul", [value, b.f32(by)]);
    // The middle stays where it is.
    const c = b.op("Add", [
      b.op("Sub", [b.f32(middleX), times(cos, middleX)]),
      times(sin, middleY),
    ]);
    const f = b.op("Sub", [
      b.op("Sub", [b.f32(middleY), times(sin, middleX)]),
      times(cos, middleY),
    ]);
    const affine = { a: cos, b: b.op("Neg", [sin]), c, d: sin, e: cos, f };
    return sampleAffine(b, x, [height, width], affine, config);
  },
);

/** Shows more (positive) or less of the scene; without a width factor both sides change alike. */
export const randomZoom = augmentation(
  "RandomZoom",
  { height_factor: needed, width_factor: field.json(), ...fill },
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
  { height_factor: needed, width_factor: needed, ...fill },
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
  { factor: needed, ...valueRangeField },
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
  { factor: needed, ...valueRangeField },
  ({ b, x, config, draw }) => {
    const [low, high] = valueRange(config.value_range);
    const [lower, upper] = range(config.factor);
    const delta = draw(lower * (high - low), upper * (high - low));
    return b.op("Clip", [b.op("Add", [x, delta]), b.f32(low), b.f32(high)]);
  },
);

// The rarer ones are known so that files with them open; they are not trained.
const ranged = { factor: needed, ...valueRangeField };
const parts = { factor: field.json(1), ...valueRangeField };

export const randomShear = augmentation("RandomShear", {
  x_factor: field.json(0),
  y_factor: field.json(0),
  ...fill,
});
export const randomPerspective = augmentation("RandomPerspective", {
  factor: field.json(1),
  scale: field.json(1),
  fill_value: fill.fill_value,
  interpolation: fill.interpolation,
});
export const randomElasticTransform = augmentation("RandomElasticTransform", {
  ...parts,
  scale: field.json(1),
  ...fill,
});
export const randomErasing = augmentation("RandomErasing", {
  ...parts,
  scale: field.json([0.02, 0.33]),
  fill_value: field.json(),
});
export const randomGaussianBlur = augmentation("RandomGaussianBlur", {
  ...parts,
  kernel_size: field.json(3),
  sigma: field.json(1),
});
export const randomGrayscale = augmentation("RandomGrayscale", { factor: field.json(0.5) });
export const randomInvert = augmentation("RandomInvert", parts);
export const randomHue = augmentation("RandomHue", ranged);
export const randomSaturation = augmentation("RandomSaturation", ranged);
export const randomSharpness = augmentation("RandomSharpness", ranged);
export const randomPosterization = augmentation("RandomPosterization", ranged);
export const randomColorDegeneration = augmentation("RandomColorDegeneration", ranged);
export const randomColorJitter = augmentation("RandomColorJitter", {
  ...valueRangeField,
  brightness_factor: field.json(),
  contrast_factor: field.json(),
  saturation_factor: field.json(),
  hue_factor: field.json(),
});
export const mixUp = augmentation("MixUp", { alpha: field.json(0.2) });
export const cutMix = augmentation("CutMix", { factor: field.json(1) });
export const augMix = augmentation("AugMix", {
  ...valueRangeField,
  num_chains: field.json(3),
  chain_depth: field.json(3),
  factor: field.json(0.3),
  alpha: field.json(1),
  all_ops: field.json(true),
  interpolation: field.json("bilinear"),
});
export const randAugment = augmentation("RandAugment", {
  ...valueRangeField,
  num_ops: field.json(2),
  factor: field.json(0.5),
  interpolation: field.json("bilinear"),
});
