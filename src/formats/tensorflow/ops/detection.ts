import { checkedLength } from "../../../base/checked-length.ts";
import { UnsupportedError } from "../../../base/errors.ts";
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
    const { b, node, attributes, inputs, input, plain, int64, maybeNumbers } = context;
    const sigma = inputs.length > 5 ? maybeNumbers(5)?.[0] : 0;
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
  lower({ b, node, attributes, input, numbers, arrange, plain, int64 }) {
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
    const boxes = b.op("Shape", [plain(input(1))], { end: 1 });
    const size = b.op("Concat", [boxes, b.i64([height, width, 1])], { axis: 0 });
    const spread = [columns, rows].map((each) => b.op("Expand", [each, size]));
    const grid = b.op("Concat", spread, { axis: 3 });
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

export const detectionOps: readonly TfOp[] = [
  plainSuppression,
  paddedSuppression,
  scoredSuppression,
  cropAndResize,
];
