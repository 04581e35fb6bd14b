import { field } from "../../base/fields.ts";
import { commonFields, defineLayer } from "../define-layer.ts";
import { renameKeras1 } from "../fields/keras1.ts";
import { plainTensor } from "../symbolic.ts";
import { constraintField, initializerField, regularizerField } from "../fields/trained-fields.ts";

/**
 * A vector for each whole number: row `i` of a table. With `mask_zero`, the number 0 marks steps that
 * do not count.
 *
 * Source: https://keras.io/api/layers/core_layers/embedding/
 */
export const embedding = defineLayer({
  className: "Embedding",
  kind: "embedding",
  fields: {
    ...commonFields,
    input_dim: field.int(undefined, { min: 1 }),
    output_dim: field.int(undefined, { min: 1 }),
    embeddings_initializer: initializerField("uniform"),
    embeddings_regularizer: regularizerField(),
    activity_regularizer: regularizerField(),
    embeddings_constraint: constraintField(),
    mask_zero: field.boolean(false),
    quantization_config: field.json(),
  },
  fromKeras1: (config) =>
    renameKeras1(config, {
      init: "embeddings_initializer",
      W_regularizer: "embeddings_regularizer",
      W_constraint: "embeddings_constraint",
    }),
  weights: (config) => [
    {
      name: "embeddings",
      shape: [config.input_dim, config.output_dim],
      trainable: config.trainable,
      initializer: config.embeddings_initializer,
      regularizer: config.embeddings_regularizer,
      constraint: config.embeddings_constraint,
    },
  ],
  outputShape: (config, [input]) => [...input!, config.output_dim],
  lower({ b, config, inputs, outputShapes, plain, weight }) {
    const x = plain(inputs[0]!);
    const rows = b.op("Cast", [x], { to: 7 });
    const value = b.op("Gather", [weight("embeddings"), rows], { axis: 0 });
    const mask = config.mask_zero ? b.op("Cast", [x], { to: 9 }) : undefined;
    return { ...plainTensor(value, outputShapes[0]!), mask };
  },
});
