import { StriateError } from "../../base/errors.ts";
import { type Field, describe } from "../../base/fields.ts";
import { type ActivationName, checkActivation } from "../activation/activations.ts";

/**
 * What stands for an activation in a configuration: its name, an object as Keras serializes one
 * (`{ class_name: "LeakyReLU", config: { negative_slope: 0.1 } }`), or null for none.
 */
export type ActivationOption =
  | ActivationName
  // Names of the user's own, without losing the list of known ones in an editor.
  | (string & Record<never, never>)
  | { readonly class_name: string; readonly config?: unknown }
  | null;

/** The `activation` of a layer. Of a file it is asked when the layer is lowered whether the name is known. */
export function activationField(
  fallback: ActivationOption = null,
): Field<ActivationOption> & { readonly required: false } {
  const parse = (value: unknown): ActivationOption => {
    if (value === null || typeof value === "string") return value;
    if (typeof value === "object" && "class_name" in value) return value as ActivationOption;
    throw new StriateError(`expected the name of an activation, got ${describe(value)}`);
  };
  return { kind: "json", required: false, fallback, parse, written: checkActivation };
}
