import { field } from "../base/fields.ts";
import { commonFields, defineLayer } from "./define-layer.ts";
import { renameKeras1 } from "./keras1.ts";

/**
 * Sets a fraction `rate` of the inputs to zero in training and scales the rest by `1 / (1 - rate)`;
 * passes its input on at inference.
 *
 * Source: https://keras.io/api/layers/regularization_layers/dropout/
 */
export const dropout = defineLayer({
  className: "Dropout",
  kind: "regularization",
  fields: {
    ...commonFields,
    rate: field.number(undefined, { min: 0, max: 1 }),
    noise_shape: field.json(),
    seed: field.json(),
  },
  fromKeras1: (config) => renameKeras1(config, { p: "rate" }),
  outputShape: (_, [input]) => input!,
  lower({ b, config, inputs, training, random }) {
    const x = inputs[0]!;
    if (!training || config.rate === 0) return x;
    return { ...x, value: b.op("Mul", [x.value, random("dropout", config.rate, x)]) };
  },
});
