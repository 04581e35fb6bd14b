import type { Tensor } from "../../base/tensor.ts";
import type { Graph } from "../../graph/graph.ts";
import type { RandomInput } from "../../layers/define-layer.ts";

/**
 * The graph of one training step without its update: forward, loss, backward, for `rows` rows of a
 * batch. The plain form comes from the reverse walk; passes may rewrite it, names stay.
 */
export interface StepGraph {
  graph: Graph;
  /** Rows that the graph is built for. */
  rows: number;
  inputs: {
    /** Network inputs in the graph's layout, by port order. */
    x: string[];
    /** Targets, by output order. */
    y: string[];
    /**
     * Weight of each row, `(rows)`: sample and class weights divided by the rows of the whole batch
     * (or by their sum), so that losses and gradients of parts of a batch add up to those of the
     * batch. 0 for rows that only fill a part up.
     */
    rowWeight: string;
    random: RandomInput[];
    /** Graph input of each weight, by weight address. */
    weights: Map<string, string>;
  };
  outputs: {
    /** Scalar: this part's share of the batch's loss, regularisation left out. */
    loss: string;
    /** Gradient of each trainable weight, by address, in the graph's layout. */
    gradients: Map<string, string>;
    /** New values of weights that are not trained (moving averages), by address. */
    updates: Map<string, string>;
    /**
     * What is reported of each row, by output order: the network's outputs; then, where there are
     * several, each one's losses `(rows)`, times the row's weight: they add up to the output's loss;
     * then the masks `(rows, T)` of those that have one, as 1 and 0.
     */
    predictions: string[];
  };
  /** Whether rows depend on each other (batch normalisation): then a part is not the whole. */
  couplesBatch: boolean;
}

/** One batch as the executor takes it; every tensor in the graph's layout, batch axis first. */
export interface StepBatch {
  x: readonly Tensor[];
  y: readonly Tensor[];
  rowWeight: Float32Array;
  /** Random tensors of this step, by graph value. */
  random: Readonly<Record<string, Tensor>>;
}

export interface StepResult {
  /** Loss of the batch with the weights before the update, regularisation left out. */
  loss: number;
  predictions: Tensor[];
}

/**
 * Runs training steps and owns the weights and the optimizer's state while it does. One plain form
 * runs anywhere; a data-parallel one runs on worker threads.
 */
export interface StepExecutor {
  step(batch: StepBatch, learningRate: number): Promise<StepResult>;
  /** The weights now, in the graph's layout, by address. */
  readWeights(): Promise<Map<string, Tensor>>;
  writeWeights(weights: ReadonlyMap<string, Tensor>): Promise<void>;
  /** The optimizer's state, in the graph's layout: slot name, then weight address; and the steps made. */
  readState(): Promise<{ iterations: number; slots: Map<string, Map<string, Tensor>> }>;
  writeState(state: {
    iterations: number;
    slots: ReadonlyMap<string, ReadonlyMap<string, Tensor>>;
  }): Promise<void>;
  close(): Promise<void>;
}
