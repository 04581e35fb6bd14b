import { field } from "../../base/fields.ts";
import { commonFields, defineLayer } from "../define-layer.ts";
import { renameKeras1 } from "../fields/keras1.ts";
import { dataFormatField, graphOrder, joinShape, splitShape } from "../fields/layouts.ts";
import { type Window, windowAttributes, windowOutput } from "../fields/windows.ts";

/**
 * Max and average pooling over `rank` spatial axes.
 *
 * The border of "same" is never part of a maximum, and an average divides by the real pixels only.
 *
 * Source: https://keras.io/api/layers/pooling_layers/
 */
function pooling(rank: 1 | 2 | 3, how: "Max" | "Average") {
  const twos = new Array<number>(rank).fill(2);
  const fields = {
    ...commonFields,
    pool_size: field.tuple(rank, twos, { min: 1 }),
    strides: field.nullable(field.tuple(rank, undefined, { min: 1 })),
    padding: field.choice(["valid", "same"], "valid"),
    data_format: dataFormatField,
  };
  const windowOf = (config: {
    pool_size: readonly number[];
    strides: readonly number[] | null;
    padding: Window["padding"];
  }): Window => ({
    kernel: config.pool_size,
    strides: config.strides ?? config.pool_size,
    dilation: new Array<number>(rank).fill(1),
    padding: config.padding,
  });
  return defineLayer({
    className: `${how}Pooling${rank}D`,
    kind: "pooling",
    inputRank: rank + 2,
    fields,
    fromKeras1: (config) => renameKeras1(config),
    outputShape(config, [input]) {
      const { batch, channels, space } = splitShape(input!, config.data_format);
      return joinShape(batch, channels, windowOutput(space, windowOf(config)), config.data_format);
    },
    lower({ b, config, inputs, outputShapes, arrange }) {
      const order = graphOrder(rank + 2, config.data_format);
      const { space } = splitShape(inputs[0]!.shape, config.data_format);
      const value = b.op(
        `${how}Pool`,
        [arrange(inputs[0]!, order)],
        windowAttributes(space, windowOf(config)),
      );
      return { value, shape: outputShapes[0]!, order, type: "float32" };
    },
  });
}

export const maxPooling1d = pooling(1, "Max");
export const maxPooling2d = pooling(2, "Max");
export const maxPooling3d = pooling(3, "Max");
export const averagePooling1d = pooling(1, "Average");
export const averagePooling2d = pooling(2, "Average");
export const averagePooling3d = pooling(3, "Average");
