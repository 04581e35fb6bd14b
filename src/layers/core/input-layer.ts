import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import { type KerasShape, commonFields, defineLayer } from "../define-layer.ts";

/**
 * The place where data enters. The model makes its value; it has no inputs to lower.
 *
 * Source: https://keras.io/api/layers/core_layers/input/
 */
export const inputLayer = defineLayer({
  className: "InputLayer",
  kind: "input",
  fields: {
    ...commonFields,
    batch_shape: field.json(),
    sparse: field.json(),
    ragged: field.json(),
    optional: field.boolean(false),
  },
  fromKeras2: ({ batch_input_shape: shape, ...config }) =>
    shape === undefined ? config : { ...config, batch_shape: shape },
  outputShape(config) {
    const shape = config.batch_shape;
    if (!Array.isArray(shape) || !shape.every((n) => n === null || Number.isInteger(n)))
      throw new StriateError("its shape is not known; the file has no batch_shape");
    return shape as KerasShape;
  },
  lower: ({ inputs }) => inputs[0]!,
});
