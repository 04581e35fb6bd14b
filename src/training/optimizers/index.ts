import { StriateError } from "../../base/errors.ts";
import { type Named, Registry, creators } from "../registry.ts";
import * as all from "./all.ts";
import type { OptimizerDefinition } from "./define-optimizer.ts";

/** The optimizers, found by any of their names. */
export const optimizerRegistry = new Registry<OptimizerDefinition>("optimizer", all);

/** Optimizers by name, as in `optimizers.rmsprop({ learningRate: 1e-4 })`. */
export const optimizers = creators(all);

/** What stands for an optimizer: its name in Keras, or `optimizers.adam({ learningRate: 1e-4 })`. */
export type OptimizerOption = Named<keyof typeof all>;

/** Adds an optimizer of the user's own. */
export function registerOptimizer(definition: OptimizerDefinition): void {
  if (optimizerRegistry.names().includes(definition.className))
    throw new StriateError(`optimizer "${definition.className}" is there already`);
  optimizerRegistry.add(definition);
}
