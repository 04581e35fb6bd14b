import { activationField } from "../fields/activation-field.ts";
import { activate, activationName } from "./activations.ts";
import { commonFields, defineLayer } from "../define-layer.ts";

/**
 * An activation as a layer of its own.
 *
 * Source: https://keras.io/api/layers/core_layers/activation/
 */
export const activation = defineLayer({
  className: "Activation",
  facts: { isItsActivation: true },
  kind: "activation",
  fields: { ...commonFields, activation: activationField() },
  outputShape: (config, [input]) =>
    activationName(config.activation) === "glu"
      ? [...input!.slice(0, -1), (input!.at(-1) ?? 0) / 2 || null]
      : input!,
  lower: (context) => activate(context, context.inputs[0]!, context.config.activation),
});
