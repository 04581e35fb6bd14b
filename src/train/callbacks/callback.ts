import type { Tensor } from "../../base/tensor.ts";
import type { History } from "../../model/history.ts";
import type { Logs } from "../../model/history.ts";
import type { TotalsState } from "../totals.ts";
import type { Trainer } from "../trainer.ts";

/** What a callback may see and change while `fit` runs. */
export interface FitRun {
  readonly trainer: Trainer;
  readonly callbacks: readonly Callback[];
  /** Epochs to train in all, and batches of an epoch where they are known. */
  readonly epochs: number;
  readonly batches: number | undefined;
  readonly history: History;
  /** Set it to end the training: after this batch, or after this epoch. */
  stopTraining: boolean;
  /** `up` where more of a reported number is better; undefined where that is not known. */
  directionOf(name: string): "up" | "down" | undefined;
  /** Names of the numbers that are reported, for messages. */
  readonly reported: readonly string[];
  /** Where the training stands, to go on from there. */
  position(): TrainingPosition;
}

/** Where a training stands between two batches. Plain data, for a checkpoint. */
export interface TrainingPosition {
  /** The epoch that is running or comes next, from 0. */
  epoch: number;
  /** Batches of it that are done. */
  batch: number;
  /** Loss and metrics of the running epoch so far. */
  totals: TotalsState | null;
  history: ReturnType<History["toJSON"]>;
  /** State of each callback that keeps one, by place. */
  callbacks: unknown[];
}

type Maybe = void | Promise<void>;

/**
 * Something to be done at certain moments of a training, in the words of Keras and TF.js. All methods
 * are optional and may be asynchronous. Epochs and batches are counted from 0; `logs` may be changed,
 * and what an epoch's logs hold in the end stands in the history.
 */
export interface Callback {
  onTrainBegin?(run: FitRun): Maybe;
  onTrainEnd?(run: FitRun): Maybe;
  onEpochBegin?(epoch: number, run: FitRun): Maybe;
  onEpochEnd?(epoch: number, logs: Logs, run: FitRun): Maybe;
  onBatchBegin?(batch: number, run: FitRun): Maybe;
  onBatchEnd?(batch: number, logs: Logs, run: FitRun): Maybe;
  /** What must be kept for a training that goes on later; JSON. */
  state?(): unknown;
  restore?(state: unknown): void;
  /** Weights that belong to the state, in the graph's layout, by address. */
  weights?(): ReadonlyMap<string, Tensor> | undefined;
  restoreWeights?(weights: ReadonlyMap<string, Tensor>): void;
}
