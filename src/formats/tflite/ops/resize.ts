import { type TfliteOp, alike } from "../define-op.ts";

export const resizeOps: readonly TfliteOp[] = [
  ...alike("reshaping", {
    SPACE_TO_BATCH_ND: "SpaceToBatchND",
    BATCH_TO_SPACE_ND: "BatchToSpaceND",
  }),
  ...alike("reshaping", { RESIZE_BILINEAR: "ResizeBilinear" }, (o) => ({
    align_corners: { b: o.flag(2) },
    half_pixel_centers: { b: o.flag(3) },
  })),
  ...alike("reshaping", { RESIZE_NEAREST_NEIGHBOR: "ResizeNearestNeighbor" }, (o) => ({
    align_corners: { b: o.flag(0) },
    half_pixel_centers: { b: o.flag(1) },
  })),
  ...alike(
    "reshaping",
    { DEPTH_TO_SPACE: "DepthToSpace", SPACE_TO_DEPTH: "SpaceToDepth" },
    (o) => ({
      block_size: { i: o.int(0) },
    }),
  ),
];
