import { accuracyOf } from "../../engine/training/advice.ts";
import type { KeptEpoch, TrainingNews } from "../../engine/training/news.ts";
import {
  type TrainingRecord,
  emptyRecord,
  heard,
  lookAtEpoch,
} from "../../engine/training/record.ts";
import { download } from "./download.ts";
import type { Desk } from "./desk.svelte.ts";

/** A training that is looked at: of this page, or of a process that `striate train --watch` has begun. */
export abstract class TrainingRoom {
  readonly session: Desk;
  /** Whether another process trains, and the engine of this page is free. */
  abstract readonly isElsewhere: boolean;
  /** Goes back to what was there before, where it was opened to be looked at. */
  readonly close?: () => void;
  record = $state.raw<TrainingRecord>(emptyRecord);
  busy = $state(false);
  problem = $state("");
  /** The epoch that is looked at; the last one by default. */
  chosen = $state<number>();

  constructor(session: Desk) {
    this.session = session;
  }

  /** After the batch that is under way; what is trained by then is kept. */
  abstract stop(): void;

  get last(): number {
    return this.record.epochs.length - 1;
  }

  get shown(): number {
    return Math.min(this.chosen ?? this.last, this.last);
  }

  get epoch(): KeptEpoch | undefined {
    return this.record.epochs[this.shown];
  }

  get look() {
    return lookAtEpoch(this.record, this.shown);
  }

  hear(news: TrainingNews): void {
    this.record = heard(this.record, news);
    if (news.kind !== "epoch") return;
    const right = accuracyOf(news, "val_");
    const words = right === right ? `: ${Math.round(100 * right)} percent right` : " is over";
    this.session.spoken = `epoch ${news.epoch + 1}${words}`;
  }

  /** The scrub as a picture that moves. */
  async saveAnimation(): Promise<void> {
    const { computes, colormap } = this.session;
    const file = await this.session.attempt("Drawing the animation", (options) =>
      computes.own.call("animate", [this.record, colormap], options),
    );
    if (file) download(file.name, file.bytes, "image/apng");
  }
}
