import { largest } from "../../base/extremes.ts";
import { checkedLength } from "../../base/checked-length.ts";
import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import type { GraphBuilder } from "../../graph/builder.ts";
import { int64 } from "../../base/tensor.ts";
import { commonFields, defineLayer } from "../define-layer.ts";
import { dataFormatField, graphOrder, joinShape, splitShape } from "../fields/layouts.ts";

/**
 * The average or maximum over windows that are laid so that `output_size` of them cover the picture.
 *
 * Window `i` of an axis reaches from `floor(i n / size)` to `ceil((i + 1) n / size)`: neighbours may
 * overlap, and need not be of one length. The axes are pooled one after the other.
 *
 * Source: https://keras.io/api/layers/pooling_layers/ (AdaptiveAveragePooling2D)
 */
function adaptivePooling(rank: 1 | 2 | 3, how: "Max" | "Average") {
  return defineLayer({
    className: `Adaptive${how}Pooling${rank}D`,
    kind: "pooling",
    inputRank: rank + 2,
    fields: {
      ...commonFields,
      output_size: field.tuple(rank, undefined, { min: 1 }),
      data_format: dataFormatField,
    },
    outputShape(config, [input]) {
      const { batch, channels } = splitShape(input!, config.data_format);
      return joinShape(batch, channels, config.output_size, config.data_format);
    },
    lower({ b, config, inputs, outputShapes, arrange }) {
      const order = graphOrder(rank + 2, config.data_format);
      const { space } = splitShape(inputs[0]!.shape, config.data_format);
      let value = arrange(inputs[0]!, order);
      space.forEach((length, i) => {
        if (length === null)
          throw new StriateError("the height and width of its input are not known");
        value = poolAxis(b, value, i + 2, windows(length, config.output_size[i]!), how, rank - i);
      });
      return { value, shape: outputShapes[0]!, order, type: "float32" as const };
    },
  });
}

/** Along an axis; a network with more could not be held in memory. */
const mostWindows = 2 ** 20;

/** First pixel and length of each window. */
function windows(length: number, count: number): { start: number; length: number }[] {
  return Array.from({ length: checkedLength(count, "windows", mostWindows) }, (_, i) => {
    const start = Math.floor((i * length) / count);
    return { start, length: Math.ceil(((i + 1) * length) / count) - start };
  });
}

/**
 * Pools one axis: the windows are gathered side by side along a new axis, the short ones filled up with
 * their last pixel, which a maximum does not mind and an average weighs with zero.
 *
 * @param behind number of axes from the new one to the end, the new one included
 */
function poolAxis(
  b: GraphBuilder,
  x: string,
  axis: number,
  cut: readonly { start: number; length: number }[],
  how: "Max" | "Average",
  behind: number,
): string {
  const longest = largest(cut.map(({ length }) => length));
  const taps = Array.from(
    { length: checkedLength(longest, "pixels of a window", mostWindows) },
    (_, k) => k,
  );
  const places = cut.flatMap(({ start, length }) =>
    taps.map((k) => start + Math.min(k, length - 1)),
  );
  const index = b.constant(int64(places, [cut.length, longest]));
  const gathered = b.op("Gather", [x, index], { axis });
  const over = b.i64([axis + 1]);
  if (how === "Max") return b.op("ReduceMax", [gathered, over], { keepdims: 0 });
  const shares = cut.flatMap(({ length }) => taps.map((k) => (k < length ? 1 / length : 0)));
  // bounded: a difference of ranks
  const weights = b.f32(shares, [cut.length, longest, ...new Array<number>(behind - 1).fill(1)]);
  return b.op("ReduceSum", [b.op("Mul", [gathered, weights]), over], { keepdims: 0 });
}

export const adaptiveMaxPooling1d = adaptivePooling(1, "Max");
export const adaptiveMaxPooling2d = adaptivePooling(2, "Max");
export const adaptiveMaxPooling3d = adaptivePooling(3, "Max");
export const adaptiveAveragePooling1d = adaptivePooling(1, "Average");
export const adaptiveAveragePooling2d = adaptivePooling(2, "Average");
export const adaptiveAveragePooling3d = adaptivePooling(3, "Average");
