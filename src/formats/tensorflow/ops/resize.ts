import { type TfOp, plainValue } from "../define-op.ts";
import { resizeBicubic } from "./bicubic.ts";
import { scaleAndTranslate } from "./scale-and-translate.ts";

/**
 * Resizing. Where pixel i of the result looks: at i * in / out in old files, with half-pixel centres in
 * newer ones, or with the corners of both pictures on one another.
 *
 * Source: tensorflow/core/kernels/image/resize_bilinear_op.cc, resize_nearest_neighbor_op.cc
 */
const resizing: readonly TfOp[] = [
  ["ResizeBilinear", "linear"] as const,
  ["ResizeNearestNeighbor", "nearest"] as const,
].map(([ops, mode]): TfOp => ({
  ops,
  kind: "reshaping",
  lower({ b, node, attributes, input, arrange, int64 }) {
    const order = [0, 3, 1, 2];
    const x = arrange(input(0), order);
    const corners = attributes.flag("align_corners");
    const half = attributes.flag("half_pixel_centers");
    const batchAndChannels = b.op("Shape", [x], { end: 2 });
    const sizes = b.op("Concat", [batchAndChannels, int64(1)], { axis: 0 });
    const rule = corners ? "align_corners" : half ? "half_pixel" : "asymmetric";
    // Nearest takes floor((i + 0.5) * in / out) with half pixels, which is a half rounded up.
    const rounding = corners || half ? "round_prefer_ceil" : "floor";
    const value = b.op(
      "Resize",
      [x, "", "", sizes],
      {
        mode,
        coordinate_transformation_mode: rule,
        nearest_mode: mode === "nearest" ? rounding : undefined,
      },
      { name: node.name },
    );
    return { value, order };
  },
}));

const blocks: readonly TfOp[] = ["DepthToSpace", "SpaceToDepth"].map((ops): TfOp => ({
  ops,
  kind: "reshaping",
  lower({ b, attributes, input, arrange }) {
    const blocksize = attributes.int("block_size", 2);
    const order = [0, 3, 1, 2];
    return { value: b.op(ops, [arrange(input(0), order)], { blocksize }), order };
  },
}));

const reverse: TfOp = {
  ops: "ReverseV2",
  kind: "reshaping",
  lower({ b, input, rank, numbers, plain }) {
    const x = input(0);
    const axes = numbers(1);
    const last = b.i64(axes.map(() => -1));
    const ends = b.i64(axes.map(() => -(2 ** 31)));
    return plainValue(b.op("Slice", [plain(x), last, ends, b.i64(axes), last]), rank(x));
  },
};

export const resizeOps: readonly TfOp[] = [
  ...resizing,
  resizeBicubic,
  scaleAndTranslate,
  ...blocks,
  reverse,
];
