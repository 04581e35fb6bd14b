import type { Tensor } from "../base/tensor.ts";

/** An optimizer as a file keeps it, so that training can go on where it stopped. */
export interface OptimizerState {
  /** Keras' class name: `RMSprop`. */
  className: string;
  /** Its configuration in Keras' own keys. */
  config: Record<string, unknown>;
  /** Number of steps that were made. */
  iterations: number;
  /** State by slot name (`velocity`, `momentum`), then by weight address, in the file's layout. */
  slots: Map<string, Map<string, Tensor>>;
}
