import { checkedLength } from "../../base/checked-length.ts";
import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import {
  type Change,
  augmentation,
  convertRange,
  factorRange,
  needed,
  valueRange,
  valueRangeField,
  withProbability,
} from "./define-augmentation.ts";
import { hsvToRgb, rgbToHsv } from "./hsv.ts";

interface Ranged {
  factor: unknown;
  value_range: unknown;
}
type Picture = Pick<Change, "b" | "x" | "channels" | "draw">;

const ranged = { factor: needed, ...valueRangeField };
const clip = ({ b }: Pick<Change, "b">, x: string, [low, high]: readonly [number, number]) =>
  b.op("Clip", [x, b.f32(low), b.f32(high)]);

const bytes = [0, 255] as const;

/** Brightness as Keras weighs the colours, `(N, 1, H, W)`. */
function greyOf({ b, x, channels }: Picture): string {
  if (channels === 1) return x;
  if (channels !== 3) throw new StriateError(`needs pictures of 1 or 3 channels, got ${channels}`);
  const weights = b.f32([0.2989, 0.587, 0.114], [1, 3, 1, 1]);
  return b.op("ReduceSum", [b.op("Mul", [x, weights]), b.i64([1])]);
}

function needColors({ channels }: Picture): void {
  if (channels !== 3) throw new StriateError(`needs pictures of 3 channels, got ${channels}`);
}

function contrast(picture: Picture, config: Ranged): string {
  const { b, x, draw } = picture;
  const [lower, upper] = factorRange(config.factor, 0);
  const mean = b.op("ReduceMean", [x, b.i64([2, 3])]);
  const scaled = b.op("Mul", [b.op("Sub", [x, mean]), draw(1 - lower, 1 + upper)]);
  return clip(picture, b.op("Add", [scaled, mean]), valueRange(config.value_range));
}

function brightness(picture: Picture, config: Ranged): string {
  const { b, x, draw } = picture;
  const [low, high] = valueRange(config.value_range);
  const [lower, upper] = factorRange(config.factor);
  const delta = draw(lower * (high - low), upper * (high - low));
  return clip(picture, b.op("Add", [x, delta]), [low, high]);
}

function saturation(picture: Picture, config: Ranged): string {
  needColors(picture);
  const { b, x, draw } = picture;
  const drawn = draw(...factorRange(config.factor));
  const rest = b.op("Sub", [b.f32(1 + 1e-7), drawn]);
  const [hue, before, value] = rgbToHsv(b, x);
  const after = b.op("Mul", [before, b.op("Div", [drawn, rest])]);
  return hsvToRgb(b, [hue, clip(picture, after, valueRange(config.value_range)), value]);
}

function hue(picture: Picture, config: Ranged): string {
  needColors(picture);
  const { b, x, draw } = picture;
  const range = valueRange(config.value_range);
  const isTurned = b.op("Greater", [draw(0, 1), b.f32(0.5)]);
  const sign = b.op("Where", [isTurned, b.f32(-0.5), b.f32(0.5)]);
  const turn = b.op("Mul", [sign, draw(...factorRange(config.factor, 0))]);
  const [before, ...rest] = rgbToHsv(b, convertRange(picture, x, range, [0, 1]));
  let after = b.op("Add", [before, turn]);
  after = b.op("Where", [
    b.op("Greater", [after, b.f32(1)]),
    b.op("Sub", [after, b.f32(1)]),
    after,
  ]);
  after = b.op("Where", [b.op("Less", [after, b.f32(0)]), b.op("Add", [after, b.f32(1)]), after]);
  const turned = clip(picture, hsvToRgb(b, [after, ...rest]), [0, 1]);
  return convertRange(picture, turned, [0, 1], range);
}

/** Multiplies each channel's distance from its mean. */
export const randomContrast = augmentation("RandomContrast", ranged, {
  change: (picture) => contrast(picture, picture.config),
});

/** Adds a part of the range of values to every value. */
export const randomBrightness = augmentation("RandomBrightness", ranged, {
  change: (picture) => brightness(picture, picture.config),
});

/** Makes colours paler or stronger: 0.5 leaves them as they are. */
export const randomSaturation = augmentation("RandomSaturation", ranged, {
  change: (picture) => saturation(picture, picture.config),
});

/** Turns the circle of colours by up to half a turn, either way. */
export const randomHue = augmentation("RandomHue", ranged, {
  change: (picture) => hue(picture, picture.config),
});

/** Brightness, contrast, saturation and hue, one after the other; null leaves one out. */
export const randomColorJitter = augmentation(
  "RandomColorJitter",
  {
    ...valueRangeField,
    brightness_factor: field.json(),
    contrast_factor: field.json(),
    saturation_factor: field.json(),
    hue_factor: field.json(),
  },
  {
    change(picture) {
      const { config } = picture;
      const steps = [
        [brightness, config.brightness_factor],
        [contrast, config.contrast_factor],
        [saturation, config.saturation_factor],
        [hue, config.hue_factor],
      ] as const;
      return steps.reduce(
        (x, [step, factor]) =>
          factor === null
            ? x
            : step({ ...picture, x }, { factor, value_range: config.value_range }),
        picture.x,
      );
    },
  },
);

/** Makes some pictures grey; the factor is their share. */
export const randomGrayscale = augmentation(
  "RandomGrayscale",
  { factor: field.json(0.5) },
  {
    change(picture) {
      const { b, x, config, draw } = picture;
      const applies = b.op("Less", [draw(0, 1), b.f32(Number(config.factor))]);
      return b.op("Where", [applies, greyOf(picture), x]);
    },
  },
);

/** Mixes pictures with their grey, in parts. */
export const randomColorDegeneration = augmentation("RandomColorDegeneration", ranged, {
  change(picture) {
    const { b, x, config, draw } = picture;
    const factor = draw(...factorRange(config.factor));
    const step = b.op("Mul", [factor, b.op("Sub", [greyOf(picture), x])]);
    return clip(picture, b.op("Add", [x, step]), valueRange(config.value_range));
  },
});

/** Turns light into dark, in some pictures. */
export const randomInvert = augmentation(
  "RandomInvert",
  { factor: field.json(1), ...valueRangeField },
  {
    change(picture) {
      const { b, x, config } = picture;
      const [, high] = valueRange(config.value_range);
      return withProbability(picture, factorRange(config.factor, 0), () =>
        b.op("Sub", [b.f32(high), x]),
      );
    },
  },
);

/** Keeps the given number of bits of each value. */
export const randomPosterization = augmentation("RandomPosterization", ranged, {
  change(picture) {
    const { b, x, config, draw } = picture;
    const range = valueRange(config.value_range);
    const [low, high] = factorRange(config.factor, 1);
    const bits = low === high ? b.f32(low) : b.op("Floor", [draw(low, high)]);
    const step = b.op("Pow", [b.f32(2), b.op("Sub", [b.f32(8), bits])]);
    const whole = b.op("Floor", [convertRange(picture, x, range, bytes)]);
    const kept = b.op("Mul", [b.op("Floor", [b.op("Div", [whole, step])]), step]);
    return convertRange(picture, kept, bytes, range);
  },
});

/** Sharpens (above 0.5) or blurs. */
export const randomSharpness = augmentation("RandomSharpness", ranged, {
  change(picture) {
    const { b, x, channels, config, draw } = picture;
    const factor = b.op("Mul", [draw(...factorRange(config.factor, 0)), b.f32(2)]);
    const window = Array.from(
      { length: checkedLength(9 * channels, "taps") },
      (_, i) => (i % 9 === 4 ? 5 : 1) / 13,
    );
    const smooth = b.op("Conv", [x, b.f32(window, [channels, 1, 3, 3])], {
      group: channels,
      pads: [1, 1, 1, 1],
    });
    const part = b.op("Sub", [b.f32(1), factor]);
    const step = b.op("Mul", [part, b.op("Sub", [smooth, x])]);
    return clip(picture, b.op("Add", [x, step]), valueRange(config.value_range));
  },
});

/** Adds to all values, then inverts those above a threshold. */
export const solarization = augmentation(
  "Solarization",
  { addition_factor: field.json(0), threshold_factor: field.json(0), ...valueRangeField },
  {
    change(picture) {
      const { b, x, config, draw } = picture;
      const range = valueRange(config.value_range);
      // Keras multiplies the upper end only.
      const drawn = (factor: unknown) => {
        const [low, high] = factorRange(factor, 0);
        return draw(low, high * 255);
      };
      const added = b.op("Add", [
        convertRange(picture, x, range, bytes),
        drawn(config.addition_factor),
      ]);
      const sum = clip(picture, added, bytes);
      const isBelow = b.op("Less", [sum, drawn(config.threshold_factor)]);
      const solar = b.op("Where", [isBelow, sum, b.op("Sub", [b.f32(255), sum])]);
      return convertRange(picture, solar, bytes, range);
    },
  },
);

/**
 * Spreads the values of each channel of each picture evenly over the range. (Keras 3.15 counts the values
 * of a whole batch together; here a picture does not depend on the others.)
 */
export const equalization = augmentation(
  "Equalization",
  { ...valueRangeField, bins: field.int(256, { min: 2 }) },
  {
    change(picture) {
      const { b, x, channels, height, width, config } = picture;
      const range = valueRange(config.value_range);
      const before = convertRange(picture, x, range, bytes);
      const flat = b.op("Reshape", [before, b.i64([-1, channels, height * width])]);
      const last = config.bins - 1;
      const place = (value: string) =>
        b.op("Cast", [b.op("Floor", [b.op("Clip", [value, b.f32(0), b.f32(last)])])], { to: 7 });
      const counted = place(b.op("Div", [b.op("Mul", [flat, b.f32(last)]), b.f32(255)]));
      const rows = b.op("Shape", [flat], { start: 0, end: 1 });
      const shape = b.op("Concat", [rows, b.i64([channels, config.bins])], { axis: 0 });
      const ones = b.op("Add", [b.op("Mul", [flat, b.f32(0)]), b.f32(1)]);
      const counts = b.op("ScatterElements", [b.op("ConstantOfShape", [shape]), counted, ones], {
        axis: 2,
        reduction: "add",
      });
      const sums = b.op("CumSum", [counts, b.i64(2)]);
      // The sum at the darkest value that there is.
      const isEmpty = b.op("Equal", [sums, b.f32(0)]);
      const all = b.f32(height * width);
      const least = b.op("ReduceMin", [b.op("Where", [isEmpty, all, sums]), b.i64([2])]);
      const rest = b.op("Sub", [all, least]);
      const isFlat = b.op("Equal", [rest, b.f32(0)]);
      const spread = b.op("Div", [
        b.op("Mul", [b.op("Sub", [sums, least]), b.f32(255)]),
        b.op("Where", [isFlat, b.f32(1), rest]),
      ]);
      const table = b.op("Clip", [b.op("Round", [spread]), b.f32(0), b.f32(255)]);
      const looked = place(b.op("Mul", [b.op("Div", [flat, b.f32(255)]), b.f32(last)]));
      const found = b.op("GatherElements", [table, looked], { axis: 2 });
      const equal = b.op("Reshape", [
        b.op("Where", [isFlat, flat, found]),
        b.i64([-1, channels, height, width]),
      ]);
      return convertRange(picture, equal, bytes, range);
    },
  },
);

/** Stretches each channel of each picture over the whole range, at inference too. */
export const autoContrast = augmentation("AutoContrast", valueRangeField, {
  always: true,
  change(picture) {
    const { b, x, config } = picture;
    const [low, high] = valueRange(config.value_range);
    const darkest = b.op("ReduceMin", [x, b.i64([2, 3])]);
    const range = b.op("Sub", [b.op("ReduceMax", [x, b.i64([2, 3])]), darkest]);
    const isFlat = b.op("Equal", [range, b.f32(0)]);
    const part = b.op("Div", [b.op("Sub", [x, darkest]), b.op("Where", [isFlat, b.f32(1), range])]);
    const stretched = b.op("Add", [b.op("Mul", [part, b.f32(high - low)]), b.f32(low)]);
    return b.op("Where", [isFlat, x, clip(picture, stretched, [low, high])]);
  },
});
