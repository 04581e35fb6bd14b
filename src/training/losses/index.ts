import { type Named, type SnakeCase, Registry, creator } from "../registry.ts";
import {
  binaryCrossentropy,
  categoricalCrossentropy,
  sparseCategoricalCrossentropy,
} from "./crossentropy.ts";
import type { LossDefinition } from "./define-loss.ts";
import { huber, meanAbsoluteError, meanSquaredError } from "./regression.ts";

/** Every loss that striate knows. A new one is one more line here. */
const registry = new Registry<LossDefinition>("loss", [
  binaryCrossentropy,
  categoricalCrossentropy,
  sparseCategoricalCrossentropy,
  meanSquaredError,
  meanAbsoluteError,
  huber,
] as unknown as LossDefinition[]);

/** Losses by name, as in `losses.binaryCrossentropy({ fromLogits: true })`. */
export const losses = {
  binaryCrossentropy: creator(binaryCrossentropy),
  categoricalCrossentropy: creator(categoricalCrossentropy),
  sparseCategoricalCrossentropy: creator(sparseCategoricalCrossentropy),
  meanSquaredError: creator(meanSquaredError),
  meanAbsoluteError: creator(meanAbsoluteError),
  huber: creator(huber),
};

/** What stands for a loss: its name in Keras, or `losses.huber({ delta: 2 })`. */
export type LossOption = Named<SnakeCase<keyof typeof losses> | "mse" | "mae">;

/** Parses a loss: a name, `losses.huber()`, or what a Keras file holds. */
export const parseLoss = (identifier: unknown) => registry.parse(identifier);

/** Adds a loss of the user's own. */
export const registerLoss = (definition: LossDefinition): void => registry.add(definition);
