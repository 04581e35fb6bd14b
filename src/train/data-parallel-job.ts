import type { DataType } from "../base/tensor.ts";

/**
 * What one worker needs to know. Workers and main thread meet in shared memory ("mailboxes"): the
 * engine does not run on it, so each worker keeps copies of its own.
 */
export interface TrainJob {
  worker: number;
  workers: number;
  /** The step graph for this worker's part of a batch, as an ONNX file. */
  step: Uint8Array;
  /** Rows that it is built for. */
  rows: number;
  inputs: JobInput[];
  /** The weights that are trained, end to end. */
  weights: SharedArrayBuffer;
  trained: JobWeight[];
  fixed: { input: string; shape: readonly number[]; mail: SharedArrayBuffer }[];
  /** One vector of gradients for each worker, laid out like the weights. */
  gradients: SharedArrayBuffer[];
  /** Output of the loss, and one number for each worker. */
  loss: { output: string; mail: SharedArrayBuffer };
  predictions: { output: string; shape: readonly number[]; mail: SharedArrayBuffer }[];
  /** This worker's share of the update; absent where it has none. */
  update?: JobUpdate;
  /** Where the workers wait for each other's gradients. */
  barrier: SharedArrayBuffer;
}

/** An input that changes with each step. */
export interface JobInput {
  name: string;
  type: DataType;
  /** Shape of this worker's part. */
  shape: readonly number[];
  /** Whether the first axis is the batch; else every worker reads the whole. */
  byRow: boolean;
  mail: SharedArrayBuffer;
}

export interface JobWeight {
  input: string;
  gradient: string;
  shape: readonly number[];
  /** In the vector of all weights. */
  start: number;
  size: number;
}

export interface JobUpdate {
  /** The update graph as an ONNX file. */
  graph: Uint8Array;
  /** The graph's input for each of the optimizer's scalars. */
  scalars: Record<string, string>;
  pieces: UpdatePiece[];
}

/** A stretch of the vector of weights that is updated at once, and the names that it has in the graph. */
export interface UpdatePiece {
  start: number;
  size: number;
  shape: readonly number[];
  weight: string;
  newWeight: string;
  /** One input for each worker. */
  gradients: string[];
  slots: { name: string; input: string; output: string; initial: number }[];
}

/** What the main thread tells a worker. */
export type TrainRequest =
  | { kind: "start"; job: TrainJob }
  | { kind: "step"; rows: number; scalars: Record<string, number> }
  /** Copies the optimizer's slots into mailboxes laid out like the weights, or out of them. */
  | { kind: "save" | "load"; slots: Record<string, SharedArrayBuffer> }
  /** Ends the thread. */
  | { kind: "stop" };

/** What a worker answers, once for each request but `stop`. */
export type TrainReply = { kind: "done" } | { kind: "failed"; message: string };

/** The rows of a batch that a worker takes. */
export function rowsOf(given: number, worker: number, workers: number): [number, number] {
  const at = (i: number) => Math.floor((given * i) / workers);
  return [at(worker), at(worker + 1)];
}
