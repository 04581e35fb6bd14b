import type { TrainingNews } from "../../engine/training/news.ts";
import { emptyRecord } from "../../engine/training/record.ts";
import { messages } from "./messages.ts";
import { TrainingRoom } from "./training-room.svelte.ts";

/** How often it is asked again where the line broke, and how long between, in milliseconds. */
const [attempts, pause] = [5, 1000];

/** The training of the process that serves the page. */
export class WatchedRun extends TrainingRoom {
  readonly isElsewhere = true;

  /** Follows it to its end; whoever comes late is told all that was before. */
  async follow(): Promise<void> {
    this.busy = true;
    for (let attempt = 0; attempt < attempts && this.record.ended === undefined; attempt++) {
      if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, pause));
      await this.#listen().catch(() => undefined);
    }
    this.busy = false;
    if (this.record.ended === undefined)
      this.problem =
        "The training does not answer any more: its process has ended. " +
        "What it has told until then is kept beside its file: striate serve FILE.training shows it.";
  }

  async #listen(): Promise<void> {
    const response = await fetch("api/training");
    if (!response.ok || response.body === null) return;
    this.record = emptyRecord;
    for await (const message of messages(response.body)) this.hear(message as TrainingNews);
  }

  override stop(): void {
    void fetch("api/training/stop", { method: "POST" }).catch(() => undefined);
  }
}
