import { StriateError } from "../../base/errors.ts";
import type { Random } from "../../base/random.ts";
import type { ExampleMap } from "../examples/dataset.ts";
import type { ExampleShape } from "../examples/example.ts";
import { type AffineMatrix, type AffineOptions, transformAffine } from "./affine.ts";

/**
 * Changes one picture at random: values 0..255, row by row, channels last. It gives a new picture or
 * the same one, and never writes into what it was given.
 */
export type Augmentation = (
  image: Float32Array,
  shape: ExampleShape,
  random: Random,
) => Float32Array;

/** A number f stands for [-f, f]; a pair is taken as it is. Fractions of the picture, of a turn, of the range. */
export type Factor = number | readonly [number, number];

/**
 * Mirrors half of the pictures.
 *
 * Source: Keras 3, RandomFlip: one draw decides for both directions together.
 */
export function randomFlip(
  mode: "horizontal" | "vertical" | "horizontal_and_vertical" = "horizontal_and_vertical",
): Augmentation {
  return (image, [height, width, channels], random) => {
    if (random.uniform() > 0.5) return image;
    const flipped = new Float32Array(image.length);
    const [across, down] = [mode !== "vertical", mode !== "horizontal"];
    for (let y = 0, to = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const row = (down ? height - 1 - y : y) * width;
        const from = (row + (across ? width - 1 - x : x)) * channels;
        for (let c = 0; c < channels; c++) flipped[to++] = image[from + c]!;
      }
    return flipped;
  };
}

/**
 * Turns about the middle by a random part of a whole turn; positive is counter-clockwise.
 *
 * Source: Keras 3, RandomRotation.
 */
export function randomRotation(factor: Factor, options?: AffineOptions): Augmentation {
  const [low, high] = range("rotation", factor, -1, 1);
  return (image, shape, random) => {
    const angle = random.uniform(low, high) * 2 * Math.PI;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const [middleX, middleY] = middle(shape);
    const matrix: AffineMatrix = [
      cos,
      -sin,
      middleX - middleX * cos + middleY * sin,
      sin,
      cos,
      middleY - middleX * sin - middleY * cos,
    ];
    return transformAffine(image, shape, matrix, options);
  };
}

/**
 * Shows a random part more (positive) or less (negative) of the scene; without a factor for the width
 * both sides change alike.
 *
 * Source: Keras 3, RandomZoom.
 */
export function randomZoom(
  heightFactor: Factor,
  widthFactor?: Factor,
  options?: AffineOptions,
): Augmentation {
  const [lowY, highY] = range("zoom", heightFactor, -1, 1);
  const across = widthFactor === undefined ? undefined : range("zoom", widthFactor, -1, 1);
  return (image, shape, random) => {
    const zoomY = 1 + random.uniform(lowY, highY);
    const zoomX = across ? 1 + random.uniform(...across) : zoomY;
    const [middleX, middleY] = middle(shape);
    const matrix: AffineMatrix = [zoomX, 0, middleX * (1 - zoomX), 0, zoomY, middleY * (1 - zoomY)];
    return transformAffine(image, shape, matrix, options);
  };
}

/**
 * Moves down (positive) or up by a random part of the height, and right or left by one of the width.
 *
 * Source: Keras 3, RandomTranslation.
 */
export function randomTranslation(
  heightFactor: Factor,
  widthFactor: Factor,
  options?: AffineOptions,
): Augmentation {
  const down = range("translation", heightFactor, -1, 1);
  const across = range("translation", widthFactor, -1, 1);
  return (image, shape, random) => {
    const moveY = random.uniform(...down) * shape[0];
    const moveX = random.uniform(...across) * shape[1];
    return transformAffine(image, shape, [1, 0, -moveX, 0, 1, -moveY], options);
  };
}

/**
 * Multiplies each channel's distance from its mean by a random factor in [1 - f, 1 + f].
 *
 * Source: Keras 3, RandomContrast (a pair is [lower, upper] around 1 there: [1 - lower, 1 + upper]).
 */
export function randomContrast(factor: Factor): Augmentation {
  const [lower, upper] = typeof factor === "number" ? [factor, factor] : factor;
  range("contrast", [0, lower], 0, 1);
  range("contrast", [0, upper], 0, 1);
  return (image, [, , channels], random) => {
    const by = random.uniform(1 - lower, 1 + upper);
    const means = new Float64Array(channels);
    for (let i = 0; i < image.length; i++) means[i % channels]! += image[i]!;
    for (let c = 0; c < channels; c++) means[c]! /= image.length / channels;
    const changed = new Float32Array(image.length);
    for (let i = 0; i < image.length; i++) {
      const mean = means[i % channels]!;
      changed[i] = clip((image[i]! - mean) * by + mean);
    }
    return changed;
  };
}

/**
 * Adds a random part of the range 0..255 to every value.
 *
 * Source: Keras 3, RandomBrightness.
 */
export function randomBrightness(factor: Factor): Augmentation {
  const [low, high] = range("brightness", factor, -1, 1);
  return (image, _shape, random) => {
    const by = random.uniform(low, high) * 255;
    const changed = new Float32Array(image.length);
    for (let i = 0; i < image.length; i++) changed[i] = clip(image[i]! + by);
    return changed;
  };
}

/** Several augmentations, one after the other, as a step of a data set. */
export function augment(...steps: readonly Augmentation[]): ExampleMap {
  return (example, random) => {
    const { shape } = example;
    const start = example.x instanceof Float32Array ? example.x : Float32Array.from(example.x);
    return { ...example, x: steps.reduce((image, step) => step(image, shape, random), start) };
  };
}

function range(name: string, factor: Factor, least: number, most: number): [number, number] {
  const [low, high] = typeof factor === "number" ? [-Math.abs(factor), Math.abs(factor)] : factor;
  if (!(low >= least && high <= most && low <= high))
    throw new StriateError(
      `augmentation ${name}: ${JSON.stringify(factor)} is outside ${least} to ${most}`,
    );
  return [low, high];
}

function middle([height, width]: ExampleShape): [x: number, y: number] {
  return [(width - 1) / 2, (height - 1) / 2];
}

function clip(value: number): number {
  return Math.min(255, Math.max(0, value));
}
