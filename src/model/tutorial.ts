import { StriateError } from "../base/errors.ts";
import { findLayer } from "../layers/index.ts";
import { parseLayer } from "../layers/layer.ts";
import { type FreeLayer, buildInput, buildSequential } from "./build.ts";
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
  if (Math.min(...size) < smallest)
    throw new StriateError(
      `the tutorial's network needs pictures of at least ${smallest} x ${smallest}, got ${size.join(" x ")}`,
    );
  const block = (filters: number): FreeLayer[] => [
    layer("Conv2D", { filters, kernel_size: [3, 3], activation: "relu" }),
    layer("MaxPooling2D", { pool_size: [2, 2] }),
  ];
  const head =
    classes === 2 ? { units: 1, activation: "sigmoid" } : { units: classes, activation: "softmax" };
  return buildSequential(
    [
      buildInput({ shape: [...size, 3] }).block,
      ...block(32),
      ...block(64),
      ...block(128),
      ...block(128),
      layer("Flatten", {}),
      layer("Dropout", { rate: 0.5 }),
      layer("Dense", { units: 512, activation: "relu" }),
      layer("Dense", head),
    ],
    { name: "tutorial", seed },
  );
}

function layer(className: string, config: Record<string, unknown>): FreeLayer {
  return { ...parseLayer(findLayer(className)!, "", config, 3), name: undefined };
}
