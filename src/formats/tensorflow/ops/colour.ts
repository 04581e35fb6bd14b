import { UnsupportedError } from "../../../base/errors.ts";
import { hsvToRgb, rgbToHsv } from "../../../layers/preprocessing/hsv.ts";
import type { TfContext, TfOp, TfValue } from "../define-op.ts";
import { resizeByMatrices } from "./resize-matrix.ts";

// What prepares pictures at the front of a network.

const order = [0, 3, 1, 2];

/** Colours are the last axis, of a picture or a batch of them. */
function ofPictures({ b, rank, input, arrange }: TfContext, write: (x: string) => string): TfValue {
  const x = input(0);
  if (rank(x) === 4) return { value: write(arrange(x, order)), order };
  if (rank(x) !== 3) throw new UnsupportedError("its pictures have neither 3 nor 4 axes");
  const single = b.op("Unsqueeze", [arrange(x, [2, 0, 1]), b.i64([0])]);
  return { value: b.op("Squeeze", [write(single), b.i64([0])]), order: [2, 0, 1] };
}

const toHsv: TfOp = {
  ops: "RGBToHSV",
  kind: "other",
  lower: (context) =>
    ofPictures(context, (x) => context.b.op("Concat", [...rgbToHsv(context.b, x)], { axis: 1 })),
};

const fromHsv: TfOp = {
  ops: "HSVToRGB",
  kind: "other",
  lower: (context) =>
    ofPictures(context, (x) => {
      const parts = context.b.ops("Split", [x], { axis: 1, num_outputs: 3 }, { outputCount: 3 });
      return hsvToRgb(context.b, [parts[0]!, parts[1]!, parts[2]!]);
    }),
};

/** Colours turned round the circle of hues by a part of it. */
const hue: TfOp = {
  ops: "AdjustHue",
  kind: "other",
  lower(context) {
    const { b, input, plain } = context;
    const delta = plain(input(1));
    return ofPictures(context, (x) => {
      const [own, saturation, value] = rgbToHsv(b, x);
      const moved = b.op("Add", [own, delta]);
      return hsvToRgb(b, [b.op("Sub", [moved, b.op("Floor", [moved])]), saturation, value]);
    });
  },
};

const saturation: TfOp = {
  ops: "AdjustSaturation",
  kind: "other",
  lower(context) {
    const { b, input, plain } = context;
    const factor = plain(input(1));
    return ofPictures(context, (x) => {
      const [own, colourful, value] = rgbToHsv(b, x);
      const scaled = b.op("Clip", [b.op("Mul", [colourful, factor]), b.f32(0), b.f32(1)]);
      return hsvToRgb(b, [own, scaled, value]);
    });
  },
};

/** Away from the mean of each channel of each picture. */
const contrast: TfOp = {
  ops: "AdjustContrastv2",
  kind: "other",
  lower(context) {
    const { b, input, plain } = context;
    const factor = plain(input(1));
    return ofPictures(context, (x) => {
      const mean = b.op("ReduceMean", [x, b.i64([2, 3])], { keepdims: 1 });
      return b.op("Add", [b.op("Mul", [b.op("Sub", [x, mean]), factor]), mean]);
    });
  },
};

/** The mean of the pixels that each one covers, in part where an edge goes through. */
const resizeArea: TfOp = {
  ops: "ResizeArea",
  kind: "reshaping",
  lower(context) {
    const corners = context.attributes.flag("align_corners");
    return resizeByMatrices(context, (matrix, from, to) => {
      if (corners && to > 1)
        throw new UnsupportedError("align_corners of a mean over areas is not read");
      fillByShares(matrix, from, to);
    });
  },
};

/** How much of each of `from` pixels lies in each of `to`. */
function fillByShares(matrix: Float32Array, from: number, to: number): void {
  const scale = from / to;
  for (let i = 0; i < to; i++)
    for (let k = 0; k < from; k++) {
      const part = Math.min((i + 1) * scale, k + 1) - Math.max(i * scale, k);
      if (part > 0) matrix[i * from + k] = part / scale;
    }
}

export const colourOps: readonly TfOp[] = [toHsv, fromHsv, hue, saturation, contrast, resizeArea];
