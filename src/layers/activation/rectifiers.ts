import { float } from "../../graph/attributes.ts";
import { reluWith } from "./activations.ts";
import { commonFields, defineLayer } from "../define-layer.ts";
import { scalarField, scalarOrNullField } from "../fields/numbers-field.ts";

/**
 * `f(x) = max_value` from `max_value` on, `x` from `threshold` on, else
 * `negative_slope * (x - threshold)`.
 *
 * Source: https://keras.io/api/layers/activation_layers/relu/
 */
export const relu = defineLayer({
  className: "ReLU",
  kind: "activation",
  fields: {
    ...commonFields,
    max_value: scalarOrNullField(),
    negative_slope: scalarField(0),
    threshold: scalarField(0),
  },
  outputShape: (_, [input]) => input!,
  lower({ b, config, inputs, preActivation }) {
    const x = inputs[0]!;
    preActivation(x, "relu");
    const { max_value, negative_slope, threshold } = config;
    return { ...x, value: reluWith(b, x.value, max_value, negative_slope, threshold) };
  },
});

/**
 * `x` where it is positive, `negative_slope * x` elsewhere. Keras 2 calls the slope `alpha`; its
 * default is 0.3, whereas the activation named "leaky_relu" has 0.2.
 *
 * Source: https://keras.io/api/layers/activation_layers/leaky_relu/
 */
export const leakyRelu = defineLayer({
  className: "LeakyReLU",
  kind: "activation",
  fields: { ...commonFields, negative_slope: scalarField(0.3) },
  fromKeras2: ({ alpha, ...config }) =>
    alpha === undefined ? config : { ...config, negative_slope: alpha },
  outputShape: (_, [input]) => input!,
  lower({ b, config, inputs, preActivation }) {
    const x = inputs[0]!;
    preActivation(x, "leaky_relu");
    return { ...x, value: b.op("LeakyRelu", [x.value], { alpha: float(config.negative_slope) }) };
  },
});

/**
 * `x` where it is positive, `alpha * (exp(x) - 1)` elsewhere.
 *
 * Source: https://keras.io/api/layers/activation_layers/elu/
 */
export const elu = defineLayer({
  className: "ELU",
  kind: "activation",
  fields: { ...commonFields, alpha: scalarField(1) },
  outputShape: (_, [input]) => input!,
  lower({ b, config, inputs, preActivation }) {
    const x = inputs[0]!;
    preActivation(x, "elu");
    return { ...x, value: b.op("Elu", [x.value], { alpha: float(config.alpha) }) };
  },
});

/**
 * `x` where it is greater than `theta`, 0 elsewhere. Keras 3 no longer has it.
 *
 * Source: https://www.tensorflow.org/versions/r2.15/api_docs/python/tf/keras/layers/ThresholdedReLU
 */
export const thresholdedRelu = defineLayer({
  className: "ThresholdedReLU",
  kind: "activation",
  fields: { ...commonFields, theta: scalarField(1) },
  outputShape: (_, [input]) => input!,
  lower({ b, config, inputs, preActivation }) {
    const x = inputs[0]!;
    preActivation(x, "thresholded_relu");
    const above = b.op("Greater", [x.value, b.f32(config.theta)]);
    return { ...x, value: b.op("Where", [above, x.value, b.f32(0)]) };
  },
});
