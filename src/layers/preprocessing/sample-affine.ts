import { checkedLength } from "../../base/checked-length.ts";
import { StriateError } from "../../base/errors.ts";
import type { GraphBuilder } from "../../graph/builder.ts";

/** What stands beyond the edges of a picture: Keras' words, and GridSample's for them. */
const paddings: Readonly<Record<string, string>> = {
  reflect: "reflection",
  nearest: "border",
  constant: "zeros",
};

/**
 * Where output pixel (x, y) looks: `(a x + b y + c, d x + e y + f)`. Each is a graph value `(N, 1, 1)`
 * or a number.
 */
export type Affine = Readonly<Record<"a" | "b" | "c" | "d" | "e" | "f", string | number>>;

export interface Sampling {
  fill_mode: unknown;
  fill_value: unknown;
  interpolation: unknown;
}

/**
 * Moves the pixels of pictures `(N, C, H, W)`, each by an affine map of its own.
 *
 * Source: TensorFlow's ImageProjectiveTransformV3, which Keras' geometric augmentation calls.
 */
export function sampleAffine(
  b: GraphBuilder,
  x: string,
  [height, width]: readonly [number, number],
  { a, b: b2, c, d, e, f }: Affine,
  sampling: Sampling,
): string {
  const mode = String(sampling.fill_mode ?? "reflect");
  const padding = Object.hasOwn(paddings, mode) ? paddings[mode] : undefined;
  if (padding === undefined)
    throw new StriateError(
      `fill_mode "${mode}" is not trained; known are ${Object.keys(paddings).join(", ")}`,
    );
  const count = (n: number) =>
    Float32Array.from({ length: checkedLength(n, "pixels of a side") }, (_, i) => i);
  const columns = b.f32(count(width), [1, 1, width]);
  const rows = b.f32(count(height), [1, height, 1]);
  const value = (each: string | number) => (typeof each === "number" ? b.f32(each) : each);
  const combine = (p: string | number, q: string | number, r: string | number) => {
    const sum = b.op("Add", [b.op("Mul", [columns, value(p)]), b.op("Mul", [rows, value(q)])]);
    return b.op("Add", [sum, value(r)]);
  };
  // GridSample counts from -1 to 1, from the outer edge of the first pixel to that of the last.
  const normalized = (place: string, length: number) =>
    b.op("Unsqueeze", [
      b.op("Add", [b.op("Mul", [place, b.f32(2 / length)]), b.f32(1 / length - 1)]),
      b.i64([3]),
    ]);
  const grid = b.op(
    "Concat",
    [normalized(combine(a, b2, c), width), normalized(combine(d, e, f), height)],
    { axis: 3 },
  );
  const fill =
    padding === "zeros" && typeof sampling.fill_value === "number" ? sampling.fill_value : 0;
  const shifted = fill === 0 ? x : b.op("Sub", [x, b.f32(fill)]);
  const sampled = b.op("GridSample", [shifted, grid], {
    mode: sampling.interpolation === "nearest" ? "nearest" : "bilinear",
    padding_mode: padding,
    align_corners: 0,
  });
  return fill === 0 ? sampled : b.op("Add", [sampled, b.f32(fill)]);
}
