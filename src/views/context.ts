import { StriateError } from "../base/errors.ts";
import { Random } from "../base/random.ts";
import type { RunningNetwork } from "../model/running.ts";
import type { Runtime, SessionOptions } from "../runtime/runtime.ts";
import { type ClassifierMeasure, measureNetwork } from "./evaluation/measure.ts";

/** What a view works with. Nothing in it belongs to a platform. */
export interface ViewContext {
  /** The network (`running.network`) with its engine: its values and its gradients. */
  readonly running: RunningNetwork;
  /** All that is random in a view comes from here: one seed, one result. */
  readonly random: Random;
  /** What {@link random} was made from, for a view that needs several streams. */
  readonly seed: number;
  /** Asks the view to stop. Any `AbortSignal` will do. */
  readonly signal: StopSignal;
  /** Bytes that the tensors of one run may take together: batches are cut to it. */
  readonly memory: number;
  /** Room on disk for what does not fit into the memory; a run of shards has some. */
  readonly scratch?: Scratch;
  /** Other ways of running a network here, for views that compare them; the first is the reference. */
  readonly ways: readonly Way[];
  /** How a classifier is measured: the loss that its file was compiled with, or that its head asks for. */
  readonly measure: ClassifierMeasure;
  /** Says how far the view got, 0 to 1, and in words what it does. */
  progress(done: number, words?: string): void;
  /** @throws StoppedError when the view was asked to stop; for loops that have no result yet */
  throwIfStopped(): void;
}

/** The part of an `AbortSignal` that every platform has. */
export interface StopSignal {
  readonly aborted: boolean;
}

/** Room on disk for numbers that need not be in memory; who gives it clears it away. */
export interface Scratch {
  file(): ScratchFile;
}

/** Numbers as bytes that lie on disk. */
export interface ScratchFile {
  /** Puts bytes behind those that are there. */
  append(bytes: Uint8Array): void;
  /** The bytes from one up to another, in memory of their own. */
  read(from: number, to: number): Uint8Array;
}

/** One way of running a network. */
export interface Way {
  /** In words, for the table: `WebAssembly`. */
  readonly name: string;
  readonly runtime: Runtime;
  readonly options: SessionOptions;
}

/** A view was stopped before it had a result. */
export class StoppedError extends StriateError {
  override name = "StoppedError";
}

export interface ContextOptions {
  /** 0 by default. */
  readonly seed?: number;
  readonly signal?: StopSignal;
  /** Bytes; 512 MiB by default. */
  readonly memory?: number;
  /** By default the engine without and with its optimisations. */
  readonly ways?: readonly Way[];
  /** By default by what the network's head says: a network alone knows nothing of its training. */
  readonly measure?: ClassifierMeasure;
  /** Hears how far the view got, 0 to 1. */
  readonly onProgress?: (done: number, words?: string) => void;
}

export const defaultMemory = 2 ** 29;

/** The context of one run of a view. */
export function viewContext(running: RunningNetwork, options: ContextOptions = {}): ViewContext {
  const { seed = 0, signal = { aborted: false }, memory = defaultMemory } = options;
  return {
    running,
    random: new Random(seed),
    seed,
    signal,
    memory,
    ways: options.ways ?? waysOf(running.runtime),
    measure: options.measure ?? measureNetwork(running),
    progress: (done, words) => options.onProgress?.(done, words),
    throwIfStopped() {
      if (signal.aborted) throw new StoppedError("stopped before there was a result");
    },
  };
}

/** The graph node by node, and with all that the engine rewrites. */
function waysOf(runtime: Runtime): Way[] {
  return [
    { name: "as written", runtime, options: { optimize: "none" } },
    { name: "optimised", runtime, options: { optimize: "all" } },
  ];
}
