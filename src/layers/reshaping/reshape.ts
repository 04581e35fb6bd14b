import { StriateError } from "../../base/errors.ts";
import { type Field, describe } from "../../base/fields.ts";
import { formatShape, sizeOf } from "../../base/shape.ts";
import { type KerasShape, commonFields, defineLayer } from "../define-layer.ts";
import { plainTensor } from "../symbolic.ts";

/** Lengths of the axes behind the batch; one may be -1 (or null) and takes what is left. */
const targetShapeField: Field<readonly number[]> & { readonly required: true } = {
  kind: "tuple",
  required: true,
  parse(value) {
    const list = (Array.isArray(value) ? value : [value]).map((n: unknown) => n ?? -1);
    const fits = list.every((n) => Number.isInteger(n) && (n as number) >= -1);
    if (!fits || list.filter((n) => n === -1).length > 1)
      throw new StriateError(`expected whole numbers, at most one -1, got ${describe(value)}`);
    return list as number[];
  },
};

/**
 * The same numbers under another shape, in the order in which the Keras user sees them.
 *
 * Source: https://keras.io/api/layers/reshaping_layers/reshape/
 */
export const reshape = defineLayer({
  className: "Reshape",
  kind: "reshaping",
  fields: { ...commonFields, target_shape: targetShapeField },
  outputShape(config, [input]) {
    const rest = input!.slice(1);
    const target: KerasShape = config.target_shape.map((n) => (n === -1 ? null : n));
    if (rest.includes(null)) return [input![0] ?? null, ...target];
    const size = sizeOf(rest as number[]);
    const known = sizeOf(target.filter((n) => n !== null));
    if (target.includes(null) ? size % known !== 0 : size !== known)
      throw new StriateError(`cannot make ${formatShape(target)} of ${formatShape(rest)}`);
    return [input![0] ?? null, ...target.map((n) => n ?? size / known)];
  },
  lower({ b, config, inputs, outputShapes, plain }) {
    // Free lengths: 0 copies the batch, -1 takes what is left.
    const value = b.op("Reshape", [plain(inputs[0]!), b.i64([0, ...config.target_shape])]);
    return plainTensor(value, outputShapes[0]!, inputs[0]!.type);
  },
});
