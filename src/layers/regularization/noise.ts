import { field } from "../../base/fields.ts";
import { commonFields, defineLayer } from "../define-layer.ts";
import { renameKeras1 } from "../fields/keras1.ts";
import { scalarField } from "../fields/numbers-field.ts";
import { regularizerField } from "../fields/trained-fields.ts";

/**
 * Adds normal noise of deviation `stddev` in training; passes its input on at inference.
 *
 * Source: https://keras.io/api/layers/regularization_layers/gaussian_noise/
 */
export const gaussianNoise = defineLayer({
  className: "GaussianNoise",
  kind: "regularization",
  fields: { ...commonFields, stddev: field.number(undefined, { min: 0 }), seed: field.json() },
  fromKeras1: (config) => renameKeras1(config, { sigma: "stddev" }),
  outputShape: (_, [input]) => input!,
  lower({ b, config, inputs, training, random }) {
    const x = inputs[0]!;
    if (!training || config.stddev === 0) return x;
    return { ...x, value: b.op("Add", [x.value, random("normal", config.stddev, x)]) };
  },
});

/**
 * Multiplies by normal noise of mean 1 and deviation `sqrt(rate / (1 - rate))` in training; passes its
 * input on at inference.
 *
 * Source: https://keras.io/api/layers/regularization_layers/gaussian_dropout/
 */
export const gaussianDropout = defineLayer({
  className: "GaussianDropout",
  kind: "regularization",
  fields: {
    ...commonFields,
    rate: field.number(undefined, { min: 0, max: 1 }),
    seed: field.json(),
  },
  fromKeras1: (config) => renameKeras1(config, { p: "rate" }),
  outputShape: (_, [input]) => input!,
  lower({ b, config, inputs, training, random }) {
    const x = inputs[0]!;
    if (!training || config.rate === 0) return x;
    const deviation = Math.sqrt(config.rate / (1 - config.rate));
    const factor = b.op("Add", [random("normal", deviation, x), b.f32(1)]);
    return { ...x, value: b.op("Mul", [x.value, factor]) };
  },
});

/** Adds a penalty on its input to the loss; the numbers pass through. */
export const activityRegularization = defineLayer({
  className: "ActivityRegularization",
  kind: "regularization",
  fields: {
    ...commonFields,
    l1: scalarField(0),
    l2: scalarField(0),
    activity_regularizer: regularizerField(),
  },
  activityRegularizer: ({ l1, l2 }) => ({ class_name: "L1L2", config: { l1, l2 } }),
  outputShape: (_, [input]) => input!,
  lower: ({ inputs }) => inputs[0]!,
});

/**
 * What `model.add_loss` and `model.add_metric` leave in a Keras 2 file: the numbers pass through.
 *
 * Source: keras/engine/base_layer.py of Keras 2
 */
const passing = <const N extends string>(className: N) =>
  defineLayer({
    className,
    kind: "other",
    fields: commonFields,
    // The running mean of a metric is no weight of the network.
    convertWeights: () => [],
    outputShape: (_, [input]) => input!,
    lower: ({ inputs }) => inputs[0]!,
  });
export const addLoss = passing("AddLoss");
export const addMetric = passing("AddMetric");

/** Source: https://keras.io/api/layers/core_layers/identity/ */
export const identity = defineLayer({
  className: "Identity",
  kind: "other",
  fields: commonFields,
  outputShape: (_, [input]) => input!,
  lower: ({ inputs }) => inputs[0]!,
});
