import type { DataType } from "../../base/tensor.ts";

/**
 * What one worker needs to know. Workers and main thread meet in shared memory ("mailboxes"): the
 * engine does not run on it, so each worker keeps copies of its own.
 */
export interface TrainJob {
  worker: number;
  workers: number;
  inputs: JobInput[];
  /** The weights that are trained, end to end. */
  weights: SharedArrayBuffer;
  trained: JobWeight[];
  /** Weights that are not trained; the step may give them new values (`update`). */
  fixed: {
    input: string;
    update: string | undefined;
    shape: readonly number[];
    mail: SharedArrayBuffer;
  }[];
  /** One vector of gradients for each worker, laid out like the weights. */
  gradients: SharedArrayBuffer[];
  /** Output of the loss, and one number for each worker. */
  loss: { output: string; mail: SharedArrayBuffer };
  /** Outputs with one entry for each row. */
  predictions: { output: string; rowShape: readonly number[]; mail: SharedArrayBuffer }[];
  /** This worker's share of the update; absent where it has none. */
  update?: JobUpdate;
  /** Where the workers wait for each other. */
  barrier: SharedArrayBuffer;
}

/** An input that changes with each step. */
export interface JobInput {
  name: string;
  type: DataType;
  /** Whether the first axis is the batch; else every worker reads the whole. */
  byRow: boolean;
  /** Shape of a row, or of the whole. */
  shape: readonly number[];
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

/** How a worker runs its part of a batch: rounds, and after each what the workers tell each other. */
export interface JobProgram {
  /** Rows that it is built for; a part with fewer is filled up with rows of weight 0. */
  size: number;
  rounds: { graph: Uint8Array; results: JobResult[]; exchanges: JobExchange[] }[];
}

/** An output of a round's graph, as far as its type is known. */
export interface JobResult {
  name: string;
  type: DataType;
  shape: readonly number[];
}

export interface JobExchange {
  how: "sum" | "rows";
  part: string;
  whole: string;
  shape: readonly number[];
  /** One for each worker that takes part, each as large as the whole. */
  mail: SharedArrayBuffer[];
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
  /** A program under a name; a worker without one waits with the others, `meetings` times. */
  | { kind: "prepare"; id: string; program: JobProgram | undefined; meetings: number }
  /** `workers` take part, each with its share of the rows. */
  | { kind: "step"; id: string; rows: number; workers: number; scalars: Record<string, number> }
  /** Copies the optimizer's slots into mailboxes laid out like the weights, or out of them. */
  | { kind: "save" | "load"; slots: Record<string, SharedArrayBuffer> }
  /** Ends the thread. */
  | { kind: "stop" };

/** What a worker answers, once for each request but `stop`. */
export type TrainReply = { kind: "done" } | { kind: "failed"; message: string };

/** The rows of a batch that a worker takes; none for those beyond `workers`. */
export function rowsOf(given: number, worker: number, workers: number): [number, number] {
  const at = (i: number) => Math.floor((given * Math.min(i, workers)) / workers);
  return [at(worker), at(worker + 1)];
}
