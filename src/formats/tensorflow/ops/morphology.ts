import { checkedLength } from "../../../base/checked-length.ts";
import { UnsupportedError } from "../../../base/errors.ts";
import { type TfOp, type TfValue, plainValue } from "../define-op.ts";
import { layoutOf, windowOf } from "./window.ts";

/** What lies outside of a picture is lower than all that lies in it. */
const nothing = -3.4028234663852886e38;

/**
 * The largest sum of a picture and a filter (height, width, channels) under each place: as many slices of the
 * picture as the filter has places.
 *
 * Source: https://www.tensorflow.org/api_docs/python/tf/nn/dilation2d
 */
const dilation: TfOp = {
  ops: "Dilation2D",
  kind: "other",
  lower(context) {
    const { b, attributes, input, shape, arrange } = context;
    const x = input(0);
    const filter = input(1);
    const [high, wide, channels] = shape(filter);
    if (typeof high !== "number" || typeof wide !== "number" || typeof channels !== "number")
      throw new UnsupportedError("the size of its filter is not known");
    const [, height, width] = shape(x);
    if (typeof height !== "number" || typeof width !== "number")
      throw new UnsupportedError("the size of its pictures is not known");
    checkedLength(high * wide, "places of a filter", 4096);
    const rates = attributes.ints("rates").slice(1, 3);
    const [down = 1, across = 1] = attributes.ints("strides").slice(1, 3);
    const reach = [high, wide].map((length, i) => (length - 1) * (rates[i] ?? 1) + 1);
    const isSame = attributes.text("padding", "VALID") === "SAME";
    const steps = [down, across];
    const lengths = [height, width].map((length, i) =>
      isSame ? Math.ceil(length / steps[i]!) : Math.floor((length - reach[i]!) / steps[i]!) + 1,
    );
    const before: number[] = [];
    const after: number[] = [];
    [height, width].forEach((length, i) => {
      const missing = Math.max(0, (lengths[i]! - 1) * steps[i]! + reach[i]! - length);
      before.push(Math.floor(missing / 2));
      after.push(Math.max(0, missing - Math.floor(missing / 2)));
    });
    const order = [0, 3, 1, 2];
    const pads = b.i64([0, 0, ...before, 0, 0, ...after]);
    const padded = b.op("Pad", [arrange(x, order), pads, b.f32(nothing)]);
    const weights = arrange(filter, [2, 0, 1]);
    const sums: string[] = [];
    for (let row = 0; row < high; row++)
      for (let column = 0; column < wide; column++) {
        const first = [row * (rates[0] ?? 1), column * (rates[1] ?? 1)];
        const last = first.map((at, i) => at + (lengths[i]! - 1) * steps[i]! + 1);
        const part = b.op("Slice", [
          padded,
          b.i64(first),
          b.i64(last),
          b.i64([2, 3]),
          b.i64(steps),
        ]);
        const from = [b.i64([row, column]), b.i64([row + 1, column + 1]), b.i64([1, 2])];
        sums.push(b.op("Add", [part, b.op("Slice", [weights, ...from])]));
      }
    return { value: b.op("Max", sums, {}, { name: context.node.name }), order };
  },
};

/** A pooling with the places of what it took, as TensorFlow counts them: (y * width + x) * channels + channel. */
const poolWithPlaces: TfOp = {
  ops: "MaxPoolWithArgmax",
  outputs: ["output", "argmax"],
  kind: "pooling",
  lower(context) {
    const { b, node, attributes, input, shape, arrange } = context;
    const x = input(0);
    const layout = layoutOf(context, 4);
    const [, height, width, channels] = shape(x);
    if (typeof height !== "number" || typeof width !== "number" || typeof channels !== "number")
      throw new UnsupportedError("the size of its pictures is not known");
    const kernel = attributes.ints("ksize").slice(1, 3);
    const window = windowOf(context, x, layout, kernel);
    const read = [arrange(x, layout.order)];
    const made = b.ops("MaxPool", read, window, { name: node.name, outputCount: 2 });
    // ONNX counts through a batch of planes: ((n * channels + c) * height + y) * width + x.
    const plane = b.i64(height * width);
    const place = b.op("Mod", [made[1]!, plane]);
    const whole = b.op("Div", [made[1]!, plane]);
    const channel = b.op("Mod", [whole, b.i64(channels)]);
    const own = b.op("Add", [b.op("Mul", [place, b.i64(channels)]), channel]);
    const row = b.op("Mul", [
      b.op("Div", [whole, b.i64(channels)]),
      b.i64(height * width * channels),
    ]);
    const places = attributes.flag("include_batch_in_index") ? b.op("Add", [own, row]) : own;
    const of = (value: string): TfValue => ({ value, order: layout.order });
    return [of(made[0]!), of(places)];
  },
};

/** Patches of pictures, the values of each behind one another in the channels. */
const patches: TfOp = {
  ops: "ExtractImagePatches",
  kind: "reshaping",
  lower(context) {
    const { b, attributes, input, shape, plain } = context;
    const x = input(0);
    const [, height, width] = shape(x);
    if (typeof height !== "number" || typeof width !== "number")
      throw new UnsupportedError("the size of its pictures is not known");
    const axes = (name: string) => attributes.ints(name).slice(1, 3) as [number, number];
    const [size, steps, rates] = [axes("ksizes"), axes("strides"), axes("rates")];
    checkedLength(size[0] * size[1], "places of a patch", 4096);
    const isSame = attributes.text("padding", "VALID") === "SAME";
    const reach = size.map((length, i) => (length - 1) * rates[i]! + 1);
    const lengths = [height, width].map((length, i) =>
      isSame ? Math.ceil(length / steps[i]!) : Math.floor((length - reach[i]!) / steps[i]!) + 1,
    );
    const missing = [height, width].map((length, i) =>
      isSame ? Math.max(0, (lengths[i]! - 1) * steps[i]! + reach[i]! - length) : 0,
    );
    const before = missing.map((length) => Math.floor(length / 2));
    const after = missing.map((length, i) => length - before[i]!);
    const padded = b.op("Pad", [plain(x), b.i64([0, ...before, 0, 0, ...after, 0])]);
    const parts: string[] = [];
    for (let row = 0; row < size[0]; row++)
      for (let column = 0; column < size[1]; column++) {
        const first = [row * rates[0], column * rates[1]];
        const last = first.map((at, i) => at + (lengths[i]! - 1) * steps[i]! + 1);
        parts.push(b.op("Slice", [padded, b.i64(first), b.i64(last), b.i64([1, 2]), b.i64(steps)]));
      }
    return plainValue(b.op("Concat", parts, { axis: 3 }, { name: context.node.name }), 4);
  },
};

export const morphologyOps: readonly TfOp[] = [dilation, poolWithPlaces, patches];
