import { StriateError } from "../../base/errors.ts";
import { commonFields, defineLayer } from "../define-layer.ts";
import { renameKeras1 } from "../fields/keras1.ts";
import { dataFormatField, joinShape, splitShape } from "../fields/layouts.ts";
import { sidesField, sidesOf } from "../fields/sides-field.ts";
import { graphAxis } from "../symbolic.ts";

/** A Slice that ends here ends where the axis ends. */
const toTheEnd = 2 ** 31 - 1;

/**
 * Cuts pixels from both ends of the spatial axes.
 *
 * Source: https://keras.io/api/layers/reshaping_layers/cropping2d/
 */
function cropping(rank: 1 | 2 | 3) {
  return defineLayer({
    className: `Cropping${rank}D`,
    kind: "reshaping",
    inputRank: rank + 2,
    fields: {
      ...commonFields,
      cropping: sidesField(rank, rank === 2 ? 0 : 1),
      data_format: dataFormatField,
    },
    fromKeras1: (config) => renameKeras1(config),
    outputShape(config, [input]) {
      const { batch, channels, space } = splitShape(input!, config.data_format);
      const kept = space.map((length, i) => {
        const [start, end] = sidesOf(config.cropping)[i]!;
        if (length !== null && length <= start + end)
          throw new StriateError(`cuts ${start} + ${end} of an axis that is ${length} long`);
        return length && length - start - end;
      });
      return joinShape(batch, channels, kept, config.data_format);
    },
    lower({ b, config, inputs, outputShapes }) {
      const x = inputs[0]!;
      const first = config.data_format === "channels_first" ? 2 : 1;
      const sides = sidesOf(config.cropping);
      const value = b.op("Slice", [
        x.value,
        b.i64(sides.map(([start]) => start)),
        b.i64(sides.map(([, end]) => (end === 0 ? toTheEnd : -end))),
        b.i64(sides.map((_, i) => graphAxis(x, first + i))),
      ]);
      return { value, shape: outputShapes[0]!, order: x.order, type: x.type };
    },
  });
}

export const cropping1d = cropping(1);
export const cropping2d = cropping(2);
export const cropping3d = cropping(3);
