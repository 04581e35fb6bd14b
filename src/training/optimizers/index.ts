import { StriateError } from "../../base/errors.ts";
import type { Fields, Options } from "../../base/fields.ts";
import { type Named, type Serialized, Registry, creator } from "../registry.ts";
import * as all from "./all.ts";
import type { OptimizerDefinition } from "./define-optimizer.ts";

/** The optimizers, found by any of their names. */
export const optimizerRegistry = new Registry<OptimizerDefinition>(
  "optimizer",
  Object.values(all) as unknown as OptimizerDefinition[],
);

type Creators = {
  readonly [K in keyof typeof all]: (typeof all)[K] extends OptimizerDefinition<
    infer F extends Fields
  >
    ? (options?: Options<F>) => Serialized
    : never;
};

/** Optimizers by name, as in `optimizers.rmsprop({ learningRate: 1e-4 })`. */
export const optimizers = Object.fromEntries(
  Object.entries(all).map(([name, definition]) => [name, creator(definition as never)]),
) as unknown as Creators;

/** What stands for an optimizer: its name in Keras, or `optimizers.adam({ learningRate: 1e-4 })`. */
export type OptimizerOption = Named<keyof Creators>;

/** Adds an optimizer of the user's own. */
export function registerOptimizer(definition: OptimizerDefinition): void {
  if (optimizerRegistry.names().includes(definition.className))
    throw new StriateError(`optimizer "${definition.className}" is there already`);
  optimizerRegistry.add(definition);
}
