import { commonFields, defineLayer } from "../define-layer.ts";
import { renameKeras1 } from "../fields/keras1.ts";
import { dataFormatField, joinShape, splitShape } from "../fields/layouts.ts";
import { sidesField, sidesOf } from "../fields/sides-field.ts";

/**
 * Zeros around the spatial axes.
 *
 * Source: https://keras.io/api/layers/reshaping_layers/zero_padding2d/
 */
function zeroPadding(rank: 1 | 2 | 3) {
  return defineLayer({
    className: `ZeroPadding${rank}D`,
    kind: "reshaping",
    inputRank: rank + 2,
    fields: {
      ...commonFields,
      padding: sidesField(rank, 1),
      data_format: dataFormatField,
    },
    fromKeras1(config) {
      const renamed = renameKeras1(config);
      // Keras 1 wrote four sides of a picture in one list: top, bottom, left, right.
      const sides = renamed.padding;
      return Array.isArray(sides) && rank === 2 && sides.length === 4
        ? { ...renamed, padding: [sides.slice(0, 2), sides.slice(2)] }
        : renamed;
    },
    outputShape(config, [input]) {
      const { batch, channels, space } = splitShape(input!, config.data_format);
      const sides = sidesOf(config.padding);
      const padded = space.map((length, i) => length && length + sides[i]![0] + sides[i]![1]);
      return joinShape(batch, channels, padded, config.data_format);
    },
    lower({ b, config, inputs, outputShapes }) {
      const x = inputs[0]!;
      const first = config.data_format === "channels_first" ? 2 : 1;
      // The pads go where the spatial axes lie, so that nothing is transposed.
      const sides = sidesOf(config.padding);
      const side = (end: 0 | 1) => x.order.map((axis) => sides[axis - first]?.[end] ?? 0);
      const value = b.op("Pad", [x.value, b.i64([...side(0), ...side(1)])]);
      return { value, shape: outputShapes[0]!, order: x.order, type: x.type };
    },
  });
}

export const zeroPadding1d = zeroPadding(1);
export const zeroPadding2d = zeroPadding(2);
export const zeroPadding3d = zeroPadding(3);
