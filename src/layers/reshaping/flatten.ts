import { sizeOf } from "../../base/shape.ts";
import { commonFields, defineLayer } from "../define-layer.ts";
import { dataFormatField, graphOrder } from "../fields/layouts.ts";

/**
 * All axes but the batch as one.
 *
 * A channels_first Flatten moves the channels last before it flattens, so that both formats feed a
 * Dense layer the same order.
 *
 * Source: https://keras.io/api/layers/reshaping_layers/flatten/
 */
export const flatten = defineLayer({
  className: "Flatten",
  kind: "reshaping",
  fields: { ...commonFields, data_format: dataFormatField },
  outputShape(_, [input]) {
    const rest = input!.slice(1);
    return [input![0] ?? null, rest.includes(null) ? null : sizeOf(rest as number[])];
  },
  lower({ b, config, inputs, outputShapes, arrange }) {
    const [x] = inputs as [(typeof inputs)[0]];
    const rank = x!.shape.length;
    const order =
      config.data_format === "channels_first" && rank > 2
        ? [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1]
        : graphOrder(rank, "channels_first");
    const value = b.op("Flatten", [arrange(x!, order)], { axis: 1 });
    return { value, shape: outputShapes[0]!, order: [0, 1], type: x!.type };
  },
});
