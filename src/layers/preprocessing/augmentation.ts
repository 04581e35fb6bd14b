import { field } from "../../base/fields.ts";
import {
  type Change,
  augmentation,
  factorRange,
  fillFields,
  needed,
} from "./define-augmentation.ts";
import { sampleAffine } from "./sample-affine.ts";

/** `(N, 1, 1, 1)` as `(N, 1, 1)`, to stand beside the pixels of one map. */
const perPicture = ({ b }: Pick<Change, "b">, drawn: string) =>
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
  {
    change: ({ b, x, config, draw }) => {
      const { mode } = config;
      const axes = [...(mode === "horizontal" ? [] : [2]), ...(mode === "vertical" ? [] : [3])];
      const ends = axes.map(() => -(2 ** 31));
      const back = axes.map(() => -1);
      const flipped = b.op("Slice", [x, b.i64(back), b.i64(ends), b.i64(axes), b.i64(back)]);
      // One draw decides for both directions together.
      return b.op("Where", [b.op("LessOrEqual", [draw(0, 1), b.f32(0.5)]), flipped, x]);
    },
  },
);

/** Turns about the middle by a part of a whole turn; positive is counter-clockwise. */
export const randomRotation = augmentation(
  "RandomRotation",
  { factor: needed, ...fillFields },
  {
    change: (picture) => {
      const { b, x, config, height, width } = picture;
      const [low, high] = factorRange(config.factor);
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
  },
);

/** Shows more (positive) or less of the scene; without a width factor both sides change alike. */
export const randomZoom = augmentation(
  "RandomZoom",
  { height_factor: needed, width_factor: field.json(), ...fillFields },
  {
    change: (picture) => {
      const { b, x, config, height, width, draw } = picture;
      const zoom = (factor: unknown) => {
        const [low, high] = factorRange(factor);
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
  },
);

/** Moves down (positive) or up by a part of the height, right or left by one of the width. */
export const randomTranslation = augmentation(
  "RandomTranslation",
  { height_factor: needed, width_factor: needed, ...fillFields },
  {
    change: (picture) => {
      const { b, x, config, height, width, draw } = picture;
      const move = (factor: unknown, length: number) => {
        const [low, high] = factorRange(factor);
        return b.op("Neg", [perPicture(picture, draw(low * length, high * length))]);
      };
      const f = move(config.height_factor, height);
      const c = move(config.width_factor, width);
      return sampleAffine(b, x, [height, width], { a: 1, b: 0, c, d: 0, e: 1, f }, config);
    },
  },
);

/** Slants pictures: right or left by a part of the height, down or up by one of the width. */
export const randomShear = augmentation(
  "RandomShear",
  { x_factor: field.json(0), y_factor: field.json(0), ...fillFields },
  {
    change(picture) {
      const { b, x, config, height, width, draw } = picture;
      const isTurned = b.op("Greater", [draw(0, 1), b.f32(0.5)]);
      const sign = b.op("Where", [isTurned, b.f32(-1), b.f32(1)]);
      const slant = (factor: unknown) =>
        perPicture(picture, b.op("Mul", [draw(...factorRange(factor)), sign]));
      const d = slant(config.y_factor);
      const affine = { a: 1, b: slant(config.x_factor), c: 0, d, e: 1, f: 0 };
      return sampleAffine(b, x, [height, width], affine, config);
    },
  },
);

export const randomPerspective = augmentation(
  "RandomPerspective",
  {
    factor: field.json(1),
    scale: field.json(1),
    fill_value: fillFields.fill_value,
    interpolation: fillFields.interpolation,
  },
  { refusal: "is not trained; train with RandomShear, RandomRotation or RandomZoom in its place" },
);
export const randomElasticTransform = augmentation(
  "RandomElasticTransform",
  { factor: field.json(1), value_range: field.json([0, 255]), scale: field.json(1), ...fillFields },
  { refusal: "is not trained; train with RandomShear, RandomRotation or RandomZoom in its place" },
);
