import { float } from "../../graph/attributes.ts";
import type { AttributeInput } from "../../graph/attributes.ts";
import { float32, int64 } from "../../base/tensor.ts";
import { type Sample, uniform } from "../samples.ts";

const toSizes = (
  sizes: number[],
  attributes: Record<string, AttributeInput>,
  x = [1, 2, 4, 5],
): Sample => ({
  op: "Resize",
  title: `[${x.join()}] to [${sizes.join()}] ${Object.values(attributes).join(" ")}`,
  attributes,
  inputs: [uniform(x), null, null, int64(sizes)],
});

const coordinates = [
  "half_pixel",
  "half_pixel_symmetric",
  "pytorch_half_pixel",
  "align_corners",
  "asymmetric",
];

export const resizeSamples: readonly Sample[] = [
  {
    op: "Resize",
    title: "nearest by whole scales, as UpSampling2D does",
    attributes: { coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" },
    inputs: [uniform([1, 2, 3, 2]), null, float32([4], [1, 1, 2, 3])],
  },
  {
    op: "Resize",
    title: "linear by broken scales",
    attributes: { mode: "linear" },
    inputs: [uniform([1, 1, 4, 5]), null, float32([4], [1, 1, 1.6, 0.7])],
  },
  ...["nearest", "linear", "cubic"].flatMap((mode) =>
    coordinates.flatMap((coordinate_transformation_mode): Sample[] => [
      toSizes([1, 2, 7, 3], { mode, coordinate_transformation_mode }),
      toSizes([1, 2, 1, 10], { mode, coordinate_transformation_mode }),
    ]),
  ),
  ...["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"].map((nearest_mode) =>
    toSizes([1, 2, 6, 3], { nearest_mode }),
  ),
  toSizes(
    [1, 1, 8, 8],
    { mode: "cubic", exclude_outside: 1, cubic_coeff_a: float(-0.5) },
    [1, 1, 4, 4],
  ),
  {
    op: "Resize",
    title: "tf_crop_and_resize",
    attributes: { mode: "linear", coordinate_transformation_mode: "tf_crop_and_resize" },
    inputs: [
      uniform([1, 1, 4, 4]),
      float32([8], [0, 0, 0.2, -0.3, 1, 1, 0.9, 0.8]),
      null,
      int64([1, 1, 3, 5]),
    ],
  },
  {
    op: "Resize",
    title: "only some axes",
    attributes: { mode: "linear", axes: [2, 3] },
    inputs: [uniform([1, 2, 3, 3]), null, null, int64([5, 4])],
  },
];
