import type { TrainingNews } from "./news.ts";
import { type TrainingRecord, emptyRecord, heard } from "./record.ts";

/** Somebody who follows a training. */
export interface Follower {
  /** What happened next; undefined when the training is over, or after {@link stop}. */
  next(): Promise<TrainingNews | undefined>;
  stop(): void;
}

/**
 * What happens in a training, for whoever looks: any number of them, who may come late, go, and come back.
 * Each first hears what it missed (the beginning, all epochs, the latest batch), then what comes.
 */
export class TrainingFeed {
  #record: TrainingRecord = emptyRecord;
  #batch: TrainingNews | undefined;
  readonly #waiting = new Set<() => void>();
  readonly #followers = new Set<Follower>();

  get record(): TrainingRecord {
    return this.#record;
  }

  tell(news: TrainingNews): void {
    this.#record = heard(this.#record, news);
    this.#batch = news.kind === "batch" ? news : undefined;
    this.#wake();
  }

  /** Resolves when nobody listens any more who has not heard the end, or after so many milliseconds. */
  async heardByAll(most: number): Promise<void> {
    const until = performance.now() + most;
    while (this.#followers.size > 0 && performance.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** The past, then what comes, until the training is over or who listens stops. */
  follow(): Follower {
    let [hasBegun, hasEnded, isStopped] = [false, false, false];
    let [epochs, batch] = [0, undefined as TrainingNews | undefined];
    let wake: (() => void) | undefined;
    const missed = (): TrainingNews | undefined => {
      const { begun, epochs: all, ended } = this.#record;
      if (begun && !hasBegun) {
        [hasBegun, epochs] = [true, begun.past.length];
        return begun;
      }
      const epoch = epochs;
      if (all[epoch]) return { kind: "epoch", epoch: epochs++, ...all[epoch] };
      if (ended !== undefined && !hasEnded) {
        hasEnded = true;
        return { kind: "end", words: ended };
      }
      if (this.#batch && this.#batch !== batch) return (batch = this.#batch);
      return undefined;
    };
    const follower: Follower = {
      next: async () => {
        while (!isStopped) {
          const news = missed();
          if (news) return news;
          if (hasEnded) break;
          await new Promise<void>((resolve) => this.#waiting.add((wake = resolve)));
          this.#waiting.delete(wake!);
        }
        this.#followers.delete(follower);
        return undefined;
      },
      stop: () => {
        isStopped = true;
        this.#followers.delete(follower);
        wake?.();
      },
    };
    this.#followers.add(follower);
    return follower;
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }
}
