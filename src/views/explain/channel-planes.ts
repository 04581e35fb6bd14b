import { type Tensor, toFloat32 } from "../../base/tensor.ts";
import { transpose } from "../../base/transpose.ts";

/** The maps of a layer for the first photo, one plane after the other. */
export function channelPlanes(
  value: Tensor,
  axis: number,
): { planes: Float32Array; channels: number; shape: number[] } {
  const rank = value.shape.length;
  const others = [...Array(rank).keys()].filter((at) => at !== 0 && at !== axis);
  const { shape, data } = toFloat32(transpose(value, [0, axis, ...others]));
  return {
    planes: data.subarray(0, data.length / shape[0]!),
    channels: shape[1]!,
    shape: shape.slice(2),
  };
}
