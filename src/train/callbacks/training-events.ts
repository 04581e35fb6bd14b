import { History, type Logs } from "../../model/history.ts";
import type { Callback } from "./callback.ts";

/** Something that happened in a training; plain data, epochs and batches counted from 0. */
export type TrainingEvent =
  | {
      readonly kind: "begin";
      /** Epochs in all, and batches of one where they are known. */
      readonly epochs: number;
      readonly batches: number | null;
      /** What a training that goes on had reported before. */
      readonly history: ReturnType<History["toJSON"]>;
    }
  | { readonly kind: "batch"; readonly epoch: number; readonly batch: number; readonly logs: Logs }
  | { readonly kind: "epoch"; readonly epoch: number; readonly logs: Logs }
  | { readonly kind: "end"; readonly epochs: number };

/** Somebody who listens to a training. */
export interface Follower {
  /** What happened next; undefined when the training is over, or after {@link stop}. */
  next(): Promise<TrainingEvent | undefined>;
  stop(): void;
}

/**
 * What happens in a training, for whoever looks: any number of them, who may come late, go, and come back.
 * Each first hears what it missed (the beginning, all epochs, the latest batch), then what comes.
 */
export class TrainingEvents {
  readonly #told: TrainingEvent[] = [];
  #batch: TrainingEvent | undefined;
  readonly #waiting = new Set<() => void>();

  /** All that is worth telling of what happened so far. */
  get past(): readonly TrainingEvent[] {
    return this.#batch ? [...this.#told, this.#batch] : this.#told;
  }

  get isOver(): boolean {
    return this.#told.at(-1)?.kind === "end";
  }

  /** What the epochs reported so far. */
  get history(): History {
    const [begin] = this.#told;
    const history = begin?.kind === "begin" ? History.from(begin.history) : new History();
    for (const event of this.#told)
      if (event.kind === "epoch") history.add(event.epoch, event.logs);
    return history;
  }

  tell(event: TrainingEvent): void {
    if (event.kind === "batch") this.#batch = event;
    else {
      this.#batch = undefined;
      this.#told.push(event);
    }
    for (const wake of this.#waiting) wake();
  }

  /** The past, then what comes, until the training is over or who listens stops. */
  follow(): Follower {
    let [seen, isStopped] = [0, false];
    let batch: TrainingEvent | undefined;
    let wake: (() => void) | undefined;
    return {
      next: async () => {
        while (!isStopped) {
          if (seen < this.#told.length) return this.#told[seen++];
          if (this.isOver) return undefined;
          if (this.#batch && this.#batch !== batch) return (batch = this.#batch);
          await new Promise<void>((resolve) => this.#waiting.add((wake = resolve)));
          this.#waiting.delete(wake!);
        }
        return undefined;
      },
      stop() {
        isStopped = true;
        wake?.();
      },
    };
  }
}

/** Tells what happens in a training. */
export function tellEvents(events: TrainingEvents): Callback {
  let epoch = 0;
  return {
    onTrainBegin({ epochs, batches = null, history }) {
      events.tell({ kind: "begin", epochs, batches, history: history.toJSON() });
    },
    onEpochBegin: (number) => void (epoch = number),
    onBatchEnd: (batch, logs) => events.tell({ kind: "batch", epoch, batch, logs: { ...logs } }),
    onEpochEnd: (number, logs) => events.tell({ kind: "epoch", epoch: number, logs: { ...logs } }),
    onTrainEnd: ({ history }) => events.tell({ kind: "end", epochs: history.epoch.length }),
  };
}
