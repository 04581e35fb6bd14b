import type { Tensor } from "../../base/tensor.ts";
import type { OpenedModel } from "../../formats/format.ts";
import type { Network } from "../../model/network.ts";

/** A network as it behaves in training, with weights that are fed; what all step graphs are made of. */
export interface TrainingNetwork {
  network: Network;
  /** Graph input of each weight, by address. */
  weights: Map<string, string>;
  /** Whether a row's result depends on the other rows of its batch. */
  couplesBatch: boolean;
}

/**
 * A network with values that a training changes: all that a trainer knows of what it trains. The layers of
 * Keras are one source of it (`keras-trainable.ts`), the graph of any file another (`graph-trainable.ts`).
 */
export interface Trainable {
  /** As it predicts, the batch called `N`; its ports name inputs and outputs. */
  readonly network: Network;
  readonly training: TrainingNetwork;
  /** The frozen layers before it, whose outputs it reads (`frozen-front.ts`); absent where it is the whole. */
  readonly front?: Network;
  /** Takes trained weights, in the graph's layout. */
  settle(weights: ReadonlyMap<string, Tensor>): void;
  /** The whole model, as a file holds it. */
  contents(): Pick<OpenedModel, "network" | "keras">;
}
