import type { SeenPhoto, TrainRequest, TrainingNews } from "../../engine/protocol.ts";
import { download } from "./download.ts";
import type { GivenFile } from "./dropped-files.ts";
import type { Session } from "./session.svelte.ts";

type Begun = Extract<TrainingNews, { kind: "begin" }>;

/** What is kept of an epoch. */
export interface Epoch {
  readonly logs: Readonly<Record<string, number>>;
  readonly probes: readonly SeenPhoto[];
}

export const usualRequest: Omit<TrainRequest, "source"> = {
  filters: [16, 32, 32],
  kernel: 3,
  units: 64,
  dropout: 0.3,
  size: 48,
  optimizer: "adam",
  rate: 0.001,
  batch: 32,
  epochs: 10,
  pictures: 720,
  augment: false,
};

/** A training in the page: what it was asked, how it goes, what the probes looked like after each epoch. */
export class Playground {
  readonly session: Session;
  request = $state({ ...usualRequest, filters: usualRequest.filters.join(", ") });
  files = $state.raw<readonly GivenFile[]>([]);
  begun = $state.raw<Begun>();
  epochs = $state.raw<readonly Epoch[]>([]);
  /** The loss of each batch so far. */
  batches = $state.raw<readonly number[]>([]);
  advice = $state.raw<readonly string[]>([]);
  busy = $state(false);
  problem = $state("");
  /** The epoch that is looked at; the last one by default. */
  shown = $state<number>();
  /** The trained network, where it is open. */
  trained = $state<number>();
  #stop: AbortController | undefined;

  constructor(session: Session) {
    this.session = session;
  }

  get epoch(): Epoch | undefined {
    return this.epochs[this.shown ?? this.epochs.length - 1];
  }

  async run(): Promise<void> {
    const { session } = this;
    this.#stop?.abort();
    const stop = (this.#stop = new AbortController());
    Object.assign(this, { busy: true, problem: "", begun: undefined, shown: undefined });
    Object.assign(this, { epochs: [], batches: [], advice: [], trained: undefined });
    try {
      const request = this.#request();
      const model = await session.engine.call("train", [request], {
        signal: stop.signal,
        onPartial: ((news: TrainingNews) => this.#hear(news)) as never,
      });
      this.trained = model.id;
      session.take(model);
      session.spoken = "The training is over";
      await session.look();
    } catch (error) {
      if (!(error as { isStop?: boolean }).isStop) this.problem = (error as Error).message;
    } finally {
      if (this.#stop === stop) this.busy = false;
    }
  }

  /** After the batch that is under way; what is trained by then is kept. */
  stop(): void {
    this.#stop?.abort();
  }

  /** @throws Error in a sentence where the filters are none */
  #request(): TrainRequest {
    const { filters, ...rest } = $state.snapshot(this.request);
    const counts = filters
      .split(/[\s,]+/)
      .filter(Boolean)
      .map(Number);
    if (counts.length === 0 || !counts.every((count) => Number.isInteger(count) && count > 0))
      throw new Error(`filters: expected whole numbers as 16, 32, 32, got "${filters}"`);
    const source = this.files.length > 0 ? { files: this.files } : { name: "shapes" as const };
    return { ...rest, filters: counts, source };
  }

  #hear(news: TrainingNews): void {
    if (news.kind === "begin") this.begun = news;
    else if (news.kind === "batch") this.batches = [...this.batches, news.logs["loss"] ?? NaN];
    else {
      this.epochs = [...this.epochs, { logs: news.logs, probes: news.probes }];
      this.advice = news.advice;
      const right = news.logs["val_accuracy"] ?? news.logs["accuracy"];
      if (right !== undefined)
        this.session.spoken = `epoch ${news.epoch + 1}: ${Math.round(100 * right)} percent right`;
    }
  }

  async save(ending: string): Promise<void> {
    if (this.trained === undefined) return;
    const file = await this.session.call(`Writing ${ending}`, "save", [this.trained, ending]);
    if (file) download(file.name, file.bytes, "application/octet-stream");
  }
}
