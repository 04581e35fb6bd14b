import type { Hono } from "hono";
import { formatLogs } from "../../model/history.ts";
import { escapeXml } from "../../plot/escape-xml.ts";
import { toSvg } from "../../plot/svg.ts";
import type { TrainingEvent, TrainingEvents } from "../../train/callbacks/training-events.ts";
import { drawHistory } from "../../views/history/draw-history.ts";

/** A training that is watched. */
export interface WatchedTraining {
  /** What is trained, for the title. */
  readonly title: string;
  /** The data and the network, in a line each. */
  readonly lines: readonly string[];
  readonly events: TrainingEvents;
}

/** Where the page of a training is. */
export const trainingPage = "/api/training";

/**
 * A page that shows how a training gets on, its curves as a picture, and what happens as server-sent events
 * for other pages. All of it is made of what the training told so far, so that a page can be closed, and
 * opened again.
 */
export function addTrainingRoutes(app: Hono, training: WatchedTraining): void {
  const { events, title } = training;
  app.get(trainingPage, (context) => context.html(html(training)));
  app.get(`${trainingPage}/curves.svg`, (context) => {
    context.header("Content-Type", "image/svg+xml");
    return context.body(toSvg(drawHistory(events.history, { title })));
  });
  app.get(`${trainingPage}/events`, (context) => {
    context.header("Content-Type", "text/event-stream");
    return context.body(eventStream(events));
  });
}

function eventStream(events: TrainingEvents): ReadableStream<Uint8Array> {
  const following = events.follow();
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const event = await following.next();
      if (event === undefined) controller.close();
      else controller.enqueue(encoder.encode(`data: ${JSON.stringify(event)}\n\n`));
    },
    cancel: () => following.stop(),
  });
}

/** A page without a script: it asks again by itself while the training runs. */
function html({ title, lines, events }: WatchedTraining): string {
  const { epoch } = events.history;
  const curves =
    epoch.length > 0
      ? `<img src="${trainingPage}/curves.svg" alt="the curves of ${epoch.length} epochs">`
      : "";
  const words = [...lines, ...events.past.flatMap(wordsOf)].map(escapeXml).join("\n");
  const again = events.isOver ? "" : '<meta http-equiv="refresh" content="2">';
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8">${again}` +
    `<meta name="color-scheme" content="light dark"><title>${escapeXml(title)} · striate</title></head>` +
    `<body><h1>${escapeXml(title)}</h1>${curves}<pre>${words}</pre></body></html>`
  );
}

function wordsOf(event: TrainingEvent): string[] {
  switch (event.kind) {
    case "begin":
      return [`${event.epochs} epochs`];
    case "batch":
      return [`epoch ${event.epoch + 1}, batch ${event.batch + 1}: ${formatLogs(event.logs)}`];
    case "epoch":
      return [`epoch ${event.epoch + 1}: ${formatLogs(event.logs)}`];
    case "end":
      return [`over after ${event.epochs} epochs`];
  }
}
