import type { Graph } from "../graph/graph.ts";
import type { Tensor } from "../base/tensor.ts";

/** Where a graph runs. `auto` takes the best device that is there. */
export type Device = "auto" | "cpu" | "cuda" | "webgpu" | "wasm";

export interface SessionOptions {
  device?: Device;
  /** Threads inside one run; {@link Runtime.defaultThreads} by default. */
  threads?: number;
  /** How far the engine may rewrite the graph; `"none"` runs it node by node, for `verify`. */
  optimize?: "all" | "none";
  /**
   * Whether to take less memory for more time a run: the CPU engine reads the weights where they lie
   * instead of packing copies. False by default.
   */
  lean?: boolean;
}

/** Runs graphs. One implementation for each engine and platform; nothing above knows which. */
export interface Runtime {
  /** The engine and its version, for reports: `onnxruntime-node 1.30.0`. It is loaded to know. */
  engine(): Promise<string>;
  /**
   * Prepares a graph for running. A graph is given as an object or as the bytes of an `.onnx` file.
   * @throws StriateError when the engine refuses the graph or the device is not there.
   */
  open(graph: Graph | Uint8Array, options?: SessionOptions): Promise<Session>;
  /** The threads that a session gets when none are asked for. */
  defaultThreads(): number;
  /**
   * Rewrites a graph whose shapes are known into a form that only this engine runs, and runs faster on
   * the CPU: the same inputs and outputs, the same numbers but for rounding.
   */
  tune?(graph: Graph): Promise<Graph>;
  /**
   * Starts a thread that runs training steps with an engine of its own; absent where the platform has
   * no threads that can wait for each other.
   */
  startTrainWorker?(): WorkerThread;
}

/**
 * A thread of the platform, as the thread that started it sees it. It ends by itself when it is asked
 * to: an engine does not survive that its thread is killed.
 */
export interface WorkerThread {
  post(message: unknown): void;
  /** @param onEnd called once, when the thread has ended, with the error that ended it, if any */
  listen(onMessage: (message: unknown) => void, onEnd: (error: Error | null) => void): void;
}

/** A graph that is ready to run, any number of times. */
export interface Session {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** The device that it runs on. */
  readonly device: Device;
  /**
   * Runs the graph once.
   * @param feeds every input by name
   * @param into tensors to write outputs into, by name; their data is overwritten and returned
   */
  run(
    feeds: Readonly<Record<string, Tensor>>,
    into?: Readonly<Record<string, Tensor>>,
  ): Promise<Record<string, Tensor>>;
  release(): Promise<void>;
}
