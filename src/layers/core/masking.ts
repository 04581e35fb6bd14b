import { commonFields, defineLayer } from "../define-layer.ts";
import { scalarField } from "../fields/numbers-field.ts";

/**
 * Marks the steps of a sequence `(N, T, F)` whose numbers all equal `mask_value`: they become zero, and
 * recurrent layers skip them.
 *
 * Source: https://keras.io/api/layers/core_layers/masking/
 */
export const masking = defineLayer({
  className: "Masking",
  kind: "regularization",
  fields: { ...commonFields, mask_value: scalarField(0) },
  outputShape: (_, [input]) => input!,
  lower({ b, config, inputs }) {
    const x = inputs[0]!;
    const last = x.order.indexOf(x.order.length - 1);
    const equal = b.op("Equal", [x.value, b.f32(config.mask_value)]);
    const differs = b.op("Cast", [b.op("Not", [equal])], { to: 1 });
    const any = b.op("ReduceMax", [differs, b.i64([last])]);
    const value = b.op("Mul", [x.value, any]);
    const steps = b.op("Squeeze", [any, b.i64([last])]);
    // Only a sequence has steps to skip.
    const mask = x.shape.length === 3 ? b.op("Cast", [steps], { to: 9 }) : undefined;
    return { ...x, value, mask };
  },
});
