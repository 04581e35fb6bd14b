import type { Callback } from "../../train/callbacks/callback.ts";
import { TrainingEvents, tellEvents } from "../../train/callbacks/training-events.ts";

/** A page that shows a training of this process. */
export interface TrainingPage {
  /** With the key to it. */
  readonly address: string;
  readonly callback: Callback;
  close(): Promise<void>;
}

/** How often the page asks, in milliseconds, and a bit more. */
const untilAsked = 2500;

/**
 * Serves a page that shows a training; it may be closed, and opened again, while the training runs.
 *
 * @param title what is trained
 * @param lines the data and the network
 */
export async function watchTraining(
  title: string,
  lines: readonly string[],
): Promise<TrainingPage> {
  const events = new TrainingEvents();
  const { servePage } = await import("../page/serve-page.ts");
  const { address, close } = await servePage({ port: 0, training: { title, lines, events } });
  return {
    address,
    callback: tellEvents(events),
    async close() {
      // Whoever looks on sees the end.
      if (events.isOver) await new Promise((resolve) => setTimeout(resolve, untilAsked));
      await close();
    },
  };
}
