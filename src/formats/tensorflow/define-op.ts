import { checkedLength } from "../../base/checked-length.ts";
import type { DataType, Tensor } from "../../base/tensor.ts";
import type { Dim } from "../../graph/graph.ts";
import type { GraphBuilder } from "../../graph/builder.ts";
import type { LayerKind } from "../../layers/define-layer.ts";
import type { TfAttributes, TfNode } from "./graph-def.ts";

/**
 * A tensor of a TensorFlow graph while it is lowered. Axis `i` of the graph value is axis `order[i]` of
 * TensorFlow's tensor: pictures are NCHW in our graphs.
 */
export interface TfValue {
  /** The graph value; of a constant that no node has read yet, absent. */
  value?: string;
  constant?: Tensor;
  order: readonly number[];
}

/** What the lowering of one node may use. */
export interface TfContext {
  b: GraphBuilder;
  node: TfNode;
  attributes: TfAttributes;
  inputs: readonly TfValue[];
  /** Input `i`; an error when it is missing. */
  input(i: number): TfValue;
  /** Shape in TensorFlow's layout; an error when even the rank is not known. */
  shape(x: TfValue): readonly Dim[];
  /** The number of axes; an error when it is not known. */
  rank(x: TfValue): number;
  /** Element type. */
  type(x: TfValue): DataType;
  /** The graph value of `x` with its axes in this order; transposes only where it must. */
  arrange(x: TfValue, order: readonly number[]): string;
  /** {@link arrange} with TensorFlow's own order. */
  plain(x: TfValue): string;
  /** Whole numbers of a small constant input; an error when it is computed from the photo. */
  numbers(i: number): readonly number[];
  /** The same, undefined where it is not constant. */
  maybeNumbers(i: number): readonly number[] | undefined;
  /** The lengths that an input holds, as far as they are known without the photo. */
  lengths(i: number): readonly Dim[];
  /** The graph value of an input as int64, for shapes and indices. */
  int64(i: number): string;
  /**
   * The graph value of a weight: of a constant an initializer that the layer owns.
   * @param order its axes in the graph's order; then it takes `graphShape`
   */
  weight(
    i: number,
    name: string,
    order?: readonly number[],
    graphShape?: readonly number[],
  ): string;
  /** The same node reading other values: for an op that is another one in a different form. */
  reading(inputs: readonly TfValue[]): TfContext;
  /** Says that the node applies an activation of its own, to this value. */
  preActivation(x: TfValue, activation: string): void;
}

/** How TensorFlow ops become nodes. */
export interface TfOp {
  /** Names, with spaces between them. */
  ops: string;
  /** Names of the outputs, where there are several: a function's nodes are read by them. */
  outputs?: readonly string[];
  kind: LayerKind;
  lower(context: TfContext): TfValue | TfValue[];
}

/** A value that lies as TensorFlow's tensor does. */
export const plainValue = (value: string, rank: number): TfValue => ({
  value,
  order: Array.from({ length: checkedLength(rank, "axes", 64) }, (_, axis) => axis),
});

/** An axis counted from the front. */
export const positiveAxis = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);
