import { StriateError } from "../base/errors.ts";
import { layers } from "../layers/create.ts";
import { buildSequential } from "./build.ts";
import type { KerasModel } from "./model.ts";

export interface TutorialOptions {
  /** [height, width] of the pictures; [150, 150] by default. */
  size?: readonly [number, number];
  /** Number of classes: two share one sigmoid unit, more get a softmax. */
  classes?: number;
  seed?: number;
}

/**
 * The tutorial's network: four times convolution and pooling, dropout, a dense layer of 512, a head for
 * the classes.
 */
export function tutorialModel({
  size = [150, 150],
  classes = 2,
  seed,
}: TutorialOptions = {}): KerasModel {
  // Each of the four blocks takes 2 pixels off and halves the rest; one must be left.
  const smallest = 46;
  // bounded: two sides
  if (Math.min(...size) < smallest)
    throw new StriateError(
      `the tutorial's network needs pictures of at least ${smallest} x ${smallest}, got ${size.join(" x ")}; give a larger size, which enlarges them`,
    );
  const convolution = { kernelSize: 3, activation: "relu" };
  const head =
    classes === 2 ? { units: 1, activation: "sigmoid" } : { units: classes, activation: "softmax" };
  return buildSequential(
    [
      layers.conv2d({ filters: 32, ...convolution, inputShape: [...size, 3] }),
      layers.maxPooling2d(),
      layers.conv2d({ filters: 64, ...convolution }),
      layers.maxPooling2d(),
      layers.conv2d({ filters: 128, ...convolution }),
      layers.maxPooling2d(),
      layers.conv2d({ filters: 128, ...convolution }),
      layers.maxPooling2d(),
      layers.flatten(),
      layers.dropout({ rate: 0.5 }),
      layers.dense({ units: 512, activation: "relu" }),
      layers.dense(head),
    ],
    { name: "tutorial", seed },
  );
}
