import type { Fields, Values } from "../../base/fields.ts";
import type { Random } from "../../base/random.ts";
import type { KerasRecord } from "../registry.ts";

/** Everything that is known about one way to start a weight. */
export interface InitializerDefinition<F extends Fields = Fields> extends KerasRecord<F> {
  /** The elements of a new weight, row-major, in the weight's Keras shape. */
  fill(config: Values<F>, shape: readonly number[], random: Random): Float32Array;
}

export function defineInitializer<const F extends Fields>(
  definition: InitializerDefinition<F>,
): InitializerDefinition<F> {
  return definition;
}
