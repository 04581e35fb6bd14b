import { StriateError } from "../../base/errors.ts";
import { Registry, creator } from "../registry.ts";
import { adagrad } from "./adagrad.ts";
import { adam, adamw } from "./adam.ts";
import type { OptimizerDefinition } from "./define-optimizer.ts";
import { nadam } from "./nadam.ts";
import { rmsprop } from "./rmsprop.ts";
import { sgd } from "./sgd.ts";

/** Every optimizer that striate knows. A new one is one more line here. */
export const optimizerRegistry = new Registry<OptimizerDefinition>("optimizer", [
  sgd,
  rmsprop,
  adam,
  adamw,
  adagrad,
  nadam,
] as unknown as OptimizerDefinition[]);

/** Optimizers by name, as in `optimizers.rmsprop({ learningRate: 1e-4 })`. */
export const optimizers = {
  sgd: creator(sgd),
  rmsprop: creator(rmsprop),
  adam: creator(adam),
  adamw: creator(adamw),
  adagrad: creator(adagrad),
  nadam: creator(nadam),
};

/** Adds an optimizer of the user's own. */
export function registerOptimizer(definition: OptimizerDefinition): void {
  if (optimizerRegistry.names().includes(definition.className))
    throw new StriateError(`optimizer "${definition.className}" is there already`);
  optimizerRegistry.add(definition);
}
