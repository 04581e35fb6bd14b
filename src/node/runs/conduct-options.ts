import type { WorkReport } from "./work.ts";

/** How a run is computed here. */
export interface ConductOptions {
  /** Processes on this machine; one is this process itself. */
  readonly workers: number;
  /** The Redis server whose workers compute instead. */
  readonly queue?: string | undefined;
  readonly signal?: AbortSignal;
  readonly report?: WorkReport & {
    /** Shards that are done, of all workers. */
    shards?(done: number, all: number): void;
  };
}
