import { checkedLength } from "../../base/checked-length.ts";
import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import {
  type Change,
  augmentation,
  factorRange,
  valueRange,
  valueRangeField,
  withProbability,
} from "./define-augmentation.ts";

const parts = { factor: field.json(1), ...valueRangeField };

/**
 * Covers a rectangle of some pictures: with a value, or with noise.
 *
 * Source: Zhong et al. 2017, https://arxiv.org/abs/1708.04896
 */
export const randomErasing = augmentation(
  "RandomErasing",
  { ...parts, scale: field.json([0.02, 0.33]), fill_value: field.json() },
  {
    change(picture) {
      const { b, config, height, width, draw } = picture;
      const [least, most] = factorRange(config.scale, 0);
      // Of each side the root of a share of the area.
      const shares = [draw(least, most), draw(least, most)].map((share) => b.op("Sqrt", [share]));
      const inside = (share: string, length: number, shape: readonly number[]) => {
        const size = b.op("Mul", [share, b.f32(length)]);
        const start = b.op("Mul", [draw(0, 1), b.op("Sub", [b.f32(length), size])]);
        const places = b.f32(
          Array.from({ length: checkedLength(length, "pixels of a side") }, (_, i) => i),
          shape,
        );
        return b.op("And", [
          b.op("GreaterOrEqual", [places, start]),
          b.op("Less", [places, b.op("Add", [start, size])]),
        ]);
      };
      const across = inside(shares[0]!, width, [1, 1, 1, width]);
      const down = inside(shares[1]!, height, [1, 1, height, 1]);
      return withProbability(picture, factorRange(config.factor, 0), () =>
        b.op("Where", [b.op("And", [across, down]), fillOf(picture), picture.x]),
      );
    },
  },
);

/** What stands in an erased rectangle. */
function fillOf({
  b,
  config,
  channels,
  drawNormal,
}: Change<{ fill_value: unknown; value_range: unknown }>): string {
  const [low, high] = valueRange(config.value_range);
  const clip = (value: string) => b.op("Clip", [value, b.f32(low), b.f32(high)]);
  const { fill_value: fill } = config;
  if (fill === null) return clip(b.op("Mul", [drawNormal(), b.f32(high)]));
  const values = (Array.isArray(fill) ? fill : [fill]) as unknown[];
  if (!values.every((value) => typeof value === "number") || ![1, channels].includes(values.length))
    throw new StriateError(
      `fill_value: expected a number or one for each of ${channels} channels, got ${JSON.stringify(fill)}`,
    );
  return clip(b.f32(values, [1, values.length, 1, 1]));
}

/** Blurs some pictures, all of a batch by the same two deviations. */
export const randomGaussianBlur = augmentation(
  "RandomGaussianBlur",
  { ...parts, kernel_size: field.json(3), sigma: field.json(1) },
  {
    change(picture) {
      const { b, x, config, channels, drawForAll } = picture;
      const [low, high] = valueRange(config.value_range);
      const sizes = (
        Array.isArray(config.kernel_size)
          ? config.kernel_size
          : [config.kernel_size, config.kernel_size]
      ) as [number, number];
      const blurred = withProbability(picture, factorRange(config.factor, 0), () => {
        const drawn = drawForAll(...factorRange(config.sigma, 0), 2);
        const sigmas = b.ops("Split", [drawn], { axis: 0, num_outputs: 2 }, { outputCount: 2 });
        const [across, down] = sizes.map((size, i) => bell(picture, size, sigmas[i]!));
        const kernel = b.op("Mul", [
          b.op("Unsqueeze", [down!, b.i64([1])]),
          b.op("Unsqueeze", [across!, b.i64([0])]),
        ]);
        const window = b.op("Expand", [
          b.op("Reshape", [kernel, b.i64([1, 1, ...sizes])]),
          b.i64([channels, 1, ...sizes]),
        ]);
        const [top, left] = sizes.map((size) => (size - 1) / 2) as [number, number];
        return b.op("Conv", [x, window], {
          group: channels,
          kernel_shape: sizes,
          pads: [top, left, top, left],
        });
      });
      return b.op("Clip", [blurred, b.f32(low), b.f32(high)]);
    },
  },
);

/** Weights of a normal distribution over `size` places, which add up to 1. */
function bell({ b }: Pick<Change, "b">, size: number, drawn: string): string {
  const places = b.f32(
    Array.from({ length: checkedLength(size, "taps") }, (_, i) => i - (size - 1) / 2),
  );
  const scaled = b.op("Div", [places, b.op("Add", [drawn, b.f32(1e-6)])]);
  const weights = b.op("Exp", [b.op("Mul", [b.op("Mul", [scaled, scaled]), b.f32(-0.5)])]);
  return b.op("Div", [weights, b.op("ReduceSum", [weights, b.i64([0])])]);
}

// These are known so that files with them open.
const mixing = {
  refusal:
    "mixes pictures, and their labels with them, which a layer of a model does not see; take it out of " +
    "the model to train it",
};
const drawing = {
  refusal:
    "draws from a list of changes in chains, which is not trained; put RandAugment in its place",
};
export const mixUp = augmentation("MixUp", { alpha: field.json(0.2) }, mixing);
export const cutMix = augmentation("CutMix", { factor: field.json(1) }, mixing);
export const augMix = augmentation(
  "AugMix",
  {
    ...valueRangeField,
    num_chains: field.json(3),
    chain_depth: field.json(3),
    factor: field.json(0.3),
    alpha: field.json(1),
    all_ops: field.json(true),
    interpolation: field.json("bilinear"),
  },
  drawing,
);
