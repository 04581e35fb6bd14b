import { type Named, type SnakeCase, Registry, creators } from "../registry.ts";
import {
  binaryCrossentropy,
  categoricalCrossentropy,
  categoricalGeneralizedCrossEntropy,
  sparseCategoricalCrossentropy,
} from "./crossentropy.ts";
import type { LossDefinition } from "./define-loss.ts";
import { cosineSimilarity, klDivergence, poisson } from "./divergence.ts";
import { binaryFocalCrossentropy, categoricalFocalCrossentropy } from "./focal.ts";
import { categoricalHinge, hinge, squaredHinge } from "./margin.ts";
import { dice, tversky } from "./overlap.ts";
import {
  huber,
  logCosh,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
} from "./regression.ts";

/** Every loss that striate knows. A new one is one more line here. */
const all = {
  binaryCrossentropy,
  categoricalCrossentropy,
  sparseCategoricalCrossentropy,
  meanSquaredError,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredLogarithmicError,
  huber,
  logCosh,
  binaryFocalCrossentropy,
  categoricalFocalCrossentropy,
  klDivergence,
  poisson,
  cosineSimilarity,
  hinge,
  squaredHinge,
  categoricalHinge,
  dice,
  tversky,
  categoricalGeneralizedCrossEntropy,
};

const registry = new Registry<LossDefinition>("loss", all);

/** Losses by name, as in `losses.binaryCrossentropy({ fromLogits: true })`. */
export const losses = creators(all);

/** What stands for a loss: its name in Keras, or `losses.huber({ delta: 2 })`. */
export type LossOption = Named<SnakeCase<keyof typeof losses> | "mse" | "mae">;

/** Parses a loss: a name, `losses.huber()`, or what a Keras file holds. */
export const parseLoss = (identifier: unknown) => registry.parse(identifier);

/** Adds a loss of the user's own. */
export const registerLoss = (definition: LossDefinition): void => registry.add(definition);
