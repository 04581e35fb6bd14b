import { field } from "../../base/fields.ts";
import { commonFields, defineLayer } from "../define-layer.ts";
import { plainTensor } from "../symbolic.ts";

/**
 * A vector `(N, F)` repeated as the `n` steps of a sequence `(N, n, F)`.
 *
 * Source: https://keras.io/api/layers/reshaping_layers/repeat_vector/
 */
export const repeatVector = defineLayer({
  className: "RepeatVector",
  kind: "reshaping",
  inputRank: 2,
  fields: { ...commonFields, n: field.int(undefined, { min: 1 }) },
  outputShape: (config, [input]) => [input![0] ?? null, config.n, input![1] ?? null],
  lower({ b, config, inputs, outputShapes, plain }) {
    const step = b.op("Unsqueeze", [plain(inputs[0]!), b.i64([1])]);
    return plainTensor(b.op("Expand", [step, b.i64([1, config.n, 1])]), outputShapes[0]!);
  },
});
