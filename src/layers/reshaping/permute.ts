import { StriateError } from "../../base/errors.ts";
import { type Field, describe } from "../../base/fields.ts";
import { permute as permuteShape } from "../../base/shape.ts";
import { commonFields, defineLayer } from "../define-layer.ts";
import { plainTensor } from "../symbolic.ts";

/** A permutation of the axes behind the batch, counted from 1. */
const dimsField: Field<readonly number[]> & { readonly required: true } = {
  kind: "tuple",
  required: true,
  parse(value) {
    const list = Array.isArray(value) ? (value as unknown[]) : [value];
    const wanted = list.map((_, i) => i + 1);
    if (!wanted.every((n) => list.includes(n)))
      throw new StriateError(
        `expected an order of the axes 1 to ${list.length}, got ${describe(value)}`,
      );
    return list as number[];
  },
};

/**
 * The axes behind the batch in another order.
 *
 * Source: https://keras.io/api/layers/reshaping_layers/permute/
 */
export const permute = defineLayer({
  className: "Permute",
  kind: "reshaping",
  fields: { ...commonFields, dims: dimsField },
  outputShape: (config, [input]) => permuteShape(input!, [0, ...config.dims]),
  lower: ({ config, inputs, outputShapes, arrange }) =>
    plainTensor(arrange(inputs[0]!, [0, ...config.dims]), outputShapes[0]!, inputs[0]!.type),
});
