import { StriateError } from "../../../base/errors.ts";
import { type TfOp, plainValue } from "../define-op.ts";

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

/**
 * Dilated convolutions as TensorFlow wrote them once: the pixels of each residue of the block become a
 * picture of their own, in the batch. Pads, or crops, are `[[top, bottom], [left, right]]`.
 *
 * Source: https://www.tensorflow.org/api_docs/python/tf/space_to_batch
 */
const intoBatch: TfOp = {
  ops: "SpaceToBatchND",
  kind: "reshaping",
  lower({ b, input, numbers, arrange }) {
    const [[height, width], pads] = [blockOf(numbers(1)), sidesOf(numbers(2))];
    const [top, bottom, left, right] = pads;
    const x = b.op("Pad", [
      arrange(input(0), [0, 3, 1, 2]),
      b.i64([0, 0, top, left, 0, 0, bottom, right]),
    ]);
    // The lengths stand in the graph: batch and size may be those of the photo.
    const [n, c, h, w] = [0, 1, 2, 3].map((axis) =>
      b.op("Shape", [x], { start: axis, end: axis + 1 }),
    );
    const rows = b.op("Div", [h!, b.i64([height])]);
    const columns = b.op("Div", [w!, b.i64([width])]);
    const shape = (lengths: string[]) => b.op("Concat", lengths, { axis: 0 });
    const blocks = shape([n!, c!, rows, b.i64([height]), columns, b.i64([width])]);
    const apart = b.op("Transpose", [b.op("Reshape", [x, blocks])], { perm: [3, 5, 0, 1, 2, 4] });
    const value = b.op("Reshape", [apart, shape([b.i64([-1]), c!, rows, columns])]);
    return { value, order: [0, 3, 1, 2] };
  },
};

const outOfBatch: TfOp = {
  ops: "BatchToSpaceND",
  kind: "reshaping",
  lower({ b, input, numbers, arrange }) {
    const [[height, width], crops] = [blockOf(numbers(1)), sidesOf(numbers(2))];
    const [top, bottom, left, right] = crops;
    const x = arrange(input(0), [0, 3, 1, 2]);
    const [c, h, w] = [1, 2, 3].map((axis) => b.op("Shape", [x], { start: axis, end: axis + 1 }));
    const shape = (lengths: string[]) => b.op("Concat", lengths, { axis: 0 });
    const blocks = shape([b.i64([height, width, -1]), c!, h!, w!]);
    const together = b.op("Transpose", [b.op("Reshape", [x, blocks])], {
      perm: [2, 3, 4, 0, 5, 1],
    });
    const rows = b.op("Mul", [h!, b.i64([height])]);
    const columns = b.op("Mul", [w!, b.i64([width])]);
    const whole = b.op("Reshape", [together, shape([b.i64([-1]), c!, rows, columns])]);
    const ends = [bottom, right].map((crop) => (crop === 0 ? 2 ** 31 : -crop));
    const value = b.op("Slice", [whole, b.i64([top, left]), b.i64(ends), b.i64([2, 3])]);
    return { value, order: [0, 3, 1, 2] };
  },
};

function blockOf(numbers: readonly number[]): [height: number, width: number] {
  const [height = 0, width = 0] = numbers;
  if (numbers.length === 2 && height > 0 && width > 0) return [height, width];
  throw new StriateError(`expected a block of two lengths, got ${numbers.join(", ")}`);
}

function sidesOf(numbers: readonly number[]): [number, number, number, number] {
  if (numbers.length === 4 && numbers.every((side) => side >= 0))
    return [...numbers] as [number, number, number, number];
  throw new StriateError(`expected two pads for each of two axes, got ${numbers.join(", ")}`);
}

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

export const resizeOps: readonly TfOp[] = [...resizing, ...blocks, intoBatch, outOfBatch, reverse];
