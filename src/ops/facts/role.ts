/**
 * What an op is to a person who reads a network as a list of layers.
 * - `"arithmetic"`: computes; where more than one input comes from the picture it merges them.
 * - `"lookup"`: reads from a table; of a constant one that is an embedding.
 * - `"notation"`: changes how a value is written, not what it is, and is no layer.
 * - `"shape"`: follows from the shapes alone, and is no layer.
 */
export type OpRole =
  | "convolution"
  | "pooling"
  | "dense"
  | "activation"
  | "normalization"
  | "regularization"
  | "reshaping"
  | "merging"
  | "attention"
  | "recurrent"
  | "wrapper"
  | "arithmetic"
  | "lookup"
  | "notation"
  | "shape";

/** A weight that no training step moves by gradient, such as a moving average. */
export interface Statistic {
  readonly statistic: string;
}

/**
 * The names of an op's weights by input: Keras' words for them, so that a view finds the kernel of any
 * convolution. Null for an input that carries data or settings: scales and zero points of integer codes
 * are how a weight is written, and no weights.
 */
export type OpWeights = readonly (string | Statistic | null)[];

/** For ops that have none. */
export const noWeights: OpWeights = [];
