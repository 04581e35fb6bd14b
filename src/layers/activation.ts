import { field } from "../base/fields.ts";
import { activate } from "./activations.ts";
import { commonFields, defineLayer } from "./define-layer.ts";

/**
 * An activation as a layer of its own.
 *
 * Source: https://keras.io/api/layers/core_layers/activation/
 */
export const activation = defineLayer({
  className: "Activation",
  kind: "activation",
  fields: { ...commonFields, activation: field.json() },
  outputShape: (_, [input]) => input!,
  lower: (context) => activate(context, context.inputs[0]!, context.config.activation),
});
