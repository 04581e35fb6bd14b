import { field } from "../../base/fields.ts";
import type { GraphBuilder } from "../../graph/builder.ts";
import { type SymbolicTensor, commonFields, defineLayer } from "../define-layer.ts";
import { renameKeras1 } from "../fields/keras1.ts";
import { dataFormatField, graphOrder, joinShape, splitShape } from "../fields/layouts.ts";
import { plainTensor } from "../symbolic.ts";

/**
 * The average or maximum over all spatial axes: one number a channel.
 *
 * Source: https://keras.io/api/layers/pooling_layers/global_average_pooling2d/
 */
function globalPooling(rank: 1 | 2 | 3, how: "Max" | "Average") {
  return defineLayer({
    className: `Global${how}Pooling${rank}D`,
    kind: "pooling",
    inputRank: rank + 2,
    fields: { ...commonFields, data_format: dataFormatField, keepdims: field.boolean(false) },
    fromKeras1: (config) => renameKeras1(config),
    outputShape(config, [input]) {
      const { batch, channels, space } = splitShape(input!, config.data_format);
      return config.keepdims
        ? joinShape(
            batch,
            channels,
            space.map(() => 1),
            config.data_format,
          )
        : [batch, channels];
    },
    lower({ b, config, inputs, outputShapes, arrange }) {
      const x = inputs[0]!;
      const order = graphOrder(rank + 2, config.data_format);
      const value = arrange(x, order);
      const pooled =
        how === "Average" && x.mask !== undefined
          ? maskedAverage(b, value, x.mask)
          : b.op(`Global${how}Pool`, [value]);
      if (config.keepdims)
        return { value: pooled, shape: outputShapes[0]!, order, type: "float32" as const };
      return plainTensor(b.op("Flatten", [pooled], { axis: 1 }), outputShapes[0]!);
    },
  });
}

/** The average over the steps `(N, C, T)` that count by the mask `(N, T)`. */
function maskedAverage(b: GraphBuilder, x: string, mask: NonNullable<SymbolicTensor["mask"]>) {
  const weight = b.op("Unsqueeze", [b.op("Cast", [mask], { to: 1 }), b.i64([1])]);
  const steps = b.i64([2]);
  const total = b.op("ReduceSum", [b.op("Mul", [x, weight]), steps]);
  return b.op("Div", [total, b.op("ReduceSum", [weight, steps])]);
}

export const globalMaxPooling1d = globalPooling(1, "Max");
export const globalMaxPooling2d = globalPooling(2, "Max");
export const globalMaxPooling3d = globalPooling(3, "Max");
export const globalAveragePooling1d = globalPooling(1, "Average");
export const globalAveragePooling2d = globalPooling(2, "Average");
export const globalAveragePooling3d = globalPooling(3, "Average");
