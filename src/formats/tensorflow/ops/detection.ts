import type { Dim } from "../../../graph/graph.ts";
import { checkedLength } from "../../../base/checked-length.ts";
import { UnsupportedError } from "../../../base/errors.ts";
import { toNumbers } from "../../../base/tensor.ts";
import { type TfContext, type TfOp, type TfValue, plainValue } from "../define-op.ts";

/**
 * Of boxes `(n, 4)` that overlap the best ones: numbers of rows, the best first. Version 4 fills them up
 * and says how many there are; version 5 says their scores besides.
 *
 * Source: https://www.tensorflow.org/api_docs/python/tf/raw_ops/NonMaxSuppressionV5
 */
const suppression = (
  ops: string,
  lower: (context: TfContext, kept: string) => TfValue | TfValue[],
  outputs?: readonly string[],
): TfOp => ({
  ops,
  kind: "other",
  ...(outputs && { outputs }),
  lower(context) {
    const { b, node, attributes, inputs, input, plain, int64 } = context;
    const given = inputs.length > 5 ? input(5).constant : undefined;
    const sigma = inputs.length > 5 ? given && toNumbers(given)[0] : 0;
    if (sigma !== 0)
      throw new UnsupportedError("lowers the scores of boxes that overlap (soft_nms_sigma)");
    const threshold = attributes.real("iou_threshold", 0.5);
    const scalar = (i: number) => b.op("Reshape", [plain(input(i)), b.i64([1])]);
    const most = b.op("Reshape", [int64(2), b.i64([1])]);
    const overlap = inputs.length > 3 ? scalar(3) : b.f32([threshold]);
    const boxes = b.op("Unsqueeze", [plain(input(0)), b.i64([0])]);
    const scores = b.op("Unsqueeze", [plain(input(1)), b.i64([0, 1])]);
    const read = [boxes, scores, most, overlap, ...(inputs.length > 4 ? [scalar(4)] : [])];
    const chosen = b.op("NonMaxSuppression", read, {}, { name: node.name });
    const kept = b.op("Reshape", [
      b.op("Slice", [chosen, b.i64([2]), b.i64([3]), b.i64([1])]),
      b.i64([-1]),
    ]);
    return lower(context, kept);
  },
});

/** The rows, filled up with zeros where the op wants always as many; and their number. */
function filled({ b, int64 }: TfContext, kept: string, pads: boolean): [string, string] {
  const count = b.op("Shape", [kept]);
  if (!pads) return [kept, count];
  const most = b.op("Reshape", [int64(2), b.i64([1])]);
  const missing = b.op("Concat", [b.i64([0]), b.op("Sub", [most, count])], { axis: 0 });
  return [b.op("Pad", [kept, missing]), count];
}

const counted = (b: TfContext["b"], count: string): TfValue =>
  plainValue(b.op("Reshape", [count, b.i64([])]), 0);

const plainSuppression = suppression(
  "NonMaxSuppression NonMaxSuppressionV2 NonMaxSuppressionV3",
  (_, kept) => plainValue(kept, 1),
);

const paddedSuppression = suppression(
  "NonMaxSuppressionV4",
  (context, kept) => {
    const pads = context.attributes.flag("pad_to_max_output_size");
    const [rows, count] = filled(context, kept, pads);
    return [plainValue(rows, 1), counted(context.b, count)];
  },
  ["selected_indices", "valid_outputs"],
);

const scoredSuppression = suppression(
  "NonMaxSuppressionV5",
  (context, kept) => {
    const { b, attributes, input, plain } = context;
    const pads = attributes.flag("pad_to_max_output_size");
    const [rows, count] = filled(context, kept, pads);
    const scores = b.op("Gather", [plain(input(1)), kept], { axis: 0 });
    const [all] = filled(context, scores, false);
    const most = b.op("Shape", [rows]);
    const padding = b.op("Concat", [b.i64([0]), b.op("Sub", [most, count])], { axis: 0 });
    const values = pads ? b.op("Pad", [all, padding]) : all;
    return [plainValue(rows, 1), plainValue(values, 1), counted(b, count)];
  },
  ["selected_indices", "selected_scores", "valid_outputs"],
);

/**
 * Boxes `[y1, x1, y2, x2]` of pictures, as parts of their size, resized to one size. A point outside of its
 * picture has the value for such.
 *
 * Source: tensorflow/core/kernels/image/crop_and_resize_op.cc
 */
const cropAndResize: TfOp = {
  ops: "CropAndResize",
  kind: "reshaping",
  lower({ b, node, attributes, input, shape, numbers, arrange, plain, int64 }) {
    const order = [0, 3, 1, 2];
    const [height = 0, width = 0] = numbers(3);
    const method = attributes.text("method", "bilinear");
    if (method !== "bilinear" && method !== "nearest")
      throw new UnsupportedError(`the method ${method} is not known`);
    const pictures = b.op("Gather", [arrange(input(0), order), int64(2)], { axis: 0 });
    const corners = b.ops(
      "Split",
      [plain(input(1))],
      { axis: 1, num_outputs: 4 },
      { outputCount: 4 },
    );
    const [top, left, bottom, right] = corners;
    /** Where the pixels of one axis look: from -1 to 1, the centres of the outermost pixels. */
    const places = (from: string, to: string, count: number) => {
      const parts = Array.from({ length: checkedLength(count, "pixels of a crop") }, (_, i) =>
        count > 1 ? i / (count - 1) : 0.5,
      );
      const span = b.op("Sub", [to, from]);
      const at = b.op("Add", [from, b.op("Mul", [span, b.f32(parts, [1, count])])]);
      return b.op("Sub", [b.op("Mul", [at, b.f32(2)]), b.f32(1)]);
    };
    const rows = b.op("Unsqueeze", [places(top!, bottom!, height), b.i64([2, 3])]);
    const columns = b.op("Unsqueeze", [places(left!, right!, width), b.i64([1, 3])]);
    /** A half goes to the next pixel, where ONNX goes to the even one. */
    const onPixels = (at: string, length: Dim | undefined): string => {
      if (method !== "nearest") return at;
      if (typeof length !== "number")
        throw new UnsupportedError("the size of its pictures is not known");
      const last = b.f32(Math.max(1, length - 1));
      const pixel = b.op("Mul", [b.op("Add", [at, b.f32(1)]), b.op("Div", [last, b.f32(2)])]);
      const whole = b.op("Floor", [b.op("Add", [pixel, b.f32(0.5)])]);
      return b.op("Sub", [b.op("Div", [b.op("Mul", [whole, b.f32(2)]), last]), b.f32(1)]);
    };
    const [, high, wide] = shape(input(0));
    const boxes = b.op("Shape", [plain(input(1))], { end: 1 });
    const size = b.op("Concat", [boxes, b.i64([height, width, 1])], { axis: 0 });
    const spread = [columns, rows].map((each) => b.op("Expand", [each, size]));
    const sides = [onPixels(spread[0]!, wide), onPixels(spread[1]!, high)];
    const grid = b.op("Concat", sides, { axis: 3 });
    const sampled = b.op("GridSample", [pictures, grid], {
      mode: method,
      padding_mode: "border",
      align_corners: 1,
    });
    const inside = spread.map((each) => b.op("LessOrEqual", [b.op("Abs", [each]), b.f32(1)]));
    const both = b.op("Reshape", [
      b.op("And", inside),
      b.op("Concat", [boxes, b.i64([1, height, width])], { axis: 0 }),
    ]);
    const outside = b.f32(attributes.real("extrapolation_value", 0));
    const value = b.op("Where", [both, sampled, outside], {}, { name: node.name });
    return { value, order };
  },
};

/**
 * Boxes of all classes together: suppressed class by class, the best of all, filled up with zeros. Of one
 * picture; its boxes are for all classes, or for each its own.
 *
 * Source: tensorflow/core/kernels/image/non_max_suppression_op.cc
 */
const combinedSuppression: TfOp = {
  ops: "CombinedNonMaxSuppression",
  outputs: ["nmsed_boxes", "nmsed_scores", "nmsed_classes", "valid_detections"],
  kind: "other",
  lower({ b, node, attributes, input, shape, numbers, plain, int64 }) {
    const [batch, , groups] = shape(input(0));
    if (batch !== 1) throw new UnsupportedError("it works on several pictures at once");
    if (attributes.flag("pad_per_class"))
      throw new UnsupportedError("it fills up each class (pad_per_class)");
    const most = checkedLength(numbers(3)[0] ?? 0, "boxes");
    const scalar = (i: number) => b.op("Reshape", [plain(input(i)), b.i64([1])]);
    const one = b.i64([1]);
    // (1, n, classes) as (classes, 1, n): each class is a picture of its own.
    const scores = b.op("Transpose", [plain(input(1))], { perm: [2, 0, 1] });
    const classes = b.op("Slice", [b.op("Shape", [scores]), b.i64([0]), one]);
    const own = b.op("Squeeze", [
      b.op("Transpose", [plain(input(0))], { perm: [2, 0, 1, 3] }),
      one,
    ]);
    const shared = b.op("Concat", [classes, b.i64([-1, 4])], { axis: 0 });
    const expanded = b.op("Concat", [classes, b.i64([1, 1])], { axis: 0 });
    const boxes = groups === 1 ? b.op("Reshape", [b.op("Expand", [own, expanded]), shared]) : own;
    const each = b.op("Reshape", [int64(2), one]);
    const read = [boxes, scores, each, scalar(4), scalar(5)];
    const chosen = b.op("NonMaxSuppression", read, {}, { name: node.name });
    const column = (i: number) => b.op("Slice", [chosen, b.i64([i]), b.i64([i + 1]), one]);
    const places = b.op("Concat", [column(0), column(2)], { axis: 1 });
    const flat = b.op("Squeeze", [scores, one]);
    const values = b.op("GatherND", [flat, places]);
    const count = b.op("Min", [b.op("Shape", [values]), b.i64([most])]);
    const best = b.ops("TopK", [values, count], { axis: 0 }, { outputCount: 2 });
    const rows = b.op("Gather", [places, best[1]!], { axis: 0 });
    const corners = b.op("GatherND", [boxes, rows]);
    const clipped = attributes.flag("clip_boxes", true)
      ? b.op("Clip", [corners, b.f32(0), b.f32(1)])
      : corners;
    const missing = b.op("Sub", [b.i64([most]), count]);
    const filledUp = (value: string, rank: number): TfValue => {
      const after = rank === 2 ? [missing, b.i64([0])] : [missing];
      const pads = b.op("Concat", [b.i64(rank === 2 ? [0, 0] : [0]), ...after], { axis: 0 });
      return plainValue(b.op("Unsqueeze", [b.op("Pad", [value, pads]), b.i64([0])]), rank + 1);
    };
    const kinds = b.op(
      "Cast",
      [b.op("Squeeze", [b.op("Slice", [rows, b.i64([0]), one, one]), one])],
      { to: 1 },
    );
    return [filledUp(clipped, 2), filledUp(best[0]!, 1), filledUp(kinds, 1), plainValue(count, 1)];
  },
};

export const detectionOps: readonly TfOp[] = [
  combinedSuppression,
  plainSuppression,
  paddedSuppression,
  scoredSuppression,
  cropAndResize,
];
