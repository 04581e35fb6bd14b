import type { CallArguments } from "../layers/arguments.ts";
import type { LayerDefinition } from "../layers/define-layer.ts";
import type { KerasVersion } from "../layers/keras-version.ts";
import type { PlainLayer } from "../layers/layer.ts";
import type { Unavailable } from "./network.ts";

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
  kerasVersion: KerasVersion;
  /** Calls that cannot be run, and why; they are not among {@link calls}. */
  leftOut?: { call: Call; unavailable: Unavailable }[];
  /** Names of the layers whose outputs the model should have and cannot have. */
  lostOutputs?: readonly string[];
  /** The configuration of the model itself as it stood in the file, without its layers. */
  raw?: Record<string, unknown>;
}

export interface Layer extends Omit<PlainLayer, "definition"> {
  /** How this class works; undefined only for a nested model. */
  definition?: LayerDefinition;
  /** Why no call of the layer can be run: nobody knows its class, or it is Python code. */
  unavailable?: string;
  /** The class name in the file, where it is another one for the same thing: `CuDNNLSTM`. */
  sourceClass?: string;
  /** What stood beside the configuration in the file: `module`, `registered_name`, `build_config`. */
  beside?: Record<string, unknown>;
  /** The model inside, where the layer is one or wraps one (TimeDistributed). */
  model?: KerasModel;
}

/** One use of a layer. */
export interface Call extends CallArguments {
  layer: Layer;
  /** 0 for the first use of the layer, 1 for the second. */
  index: number;
  /** Every tensor of the call, in the order in which they stand in `args`, then in `kwargs`. */
  inputs: Ref[];
}

/** An output of a call. */
export interface Ref {
  layer: Layer;
  call: number;
  output: number;
}
