import type { Tensor } from "../base/tensor.ts";

/** How one layer differs between two ways of running one network. In the making. */
export interface LayerDifference {
  address: string;
  /** Largest absolute difference. */
  largest: number;
  /** The largest magnitude of the layer in the reference run, which the difference is measured by. */
  magnitude: number;
}

/** The largest difference of two tensors, and the largest magnitude of the first. In the making. */
export type Compare = (reference: Tensor, other: Tensor) => Omit<LayerDifference, "address">;
