import type { Tensor } from "../base/tensor.ts";
import type { LayerDefinition } from "../layers/define-layer.ts";

/**
 * A Keras model as its file describes it: layers with their configuration and weights, and the calls
 * that connect them. `lowerModel` turns it into a Network; nothing but the readers and writers of
 * Keras files and the model-building functions look at it.
 */
export interface KerasModel {
  className: "Sequential" | "Functional";
  name: string;
  /** In the order of the file, input layers included; each layer once, however often it is called. */
  layers: Layer[];
  /** In an order in which each call comes after those it reads. */
  calls: Call[];
  inputs: Ref[];
  outputs: Ref[];
  /** Major version of the Keras whose meaning of words the model follows. */
  kerasVersion: 1 | 2 | 3;
}

export interface Layer {
  name: string;
  className: string;
  /** How this class works; undefined only for a nested model. */
  definition?: LayerDefinition;
  /** Parsed configuration, in today's keys. */
  config: Record<string, unknown>;
  /** The configuration as it stood in the file: keys that we do not know survive a round trip. */
  raw: Record<string, unknown>;
  /** Weights by the names of their specs, in Keras' own shapes. */
  weights: Map<string, Tensor>;
  /** The model inside, where the layer is one. */
  model?: KerasModel;
  /** The layer inside a wrapper (TimeDistributed, Bidirectional). */
  inner?: Layer;
}

/** One use of a layer. */
export interface Call {
  layer: Layer;
  /** 0 for the first use of the layer, 1 for the second. */
  index: number;
  inputs: Ref[];
  /** Constants and options of the call as the file has them. */
  kwargs: Record<string, unknown>;
}

/** An output of a call. */
export interface Ref {
  layer: Layer;
  call: number;
  output: number;
}
