import type { Hono } from "hono";
import type { TrainingFeed } from "../../../app/engine/training/feed.ts";
import { framed } from "./message-stream.ts";

/** A training of this process that is watched. */
export interface WatchedTraining {
  readonly feed: TrainingFeed;
  /** Ends it after the step that is under way. */
  stop(): void;
}

/**
 * What a training has told so far and tells from now on, as a stream of messages: a page can be closed and opened
 * again, and hears all of it. And a way to stop it.
 */
export function addTrainingRoutes(app: Hono, { feed, stop }: WatchedTraining): void {
  app.get("/api/training", (context) => {
    context.header("Content-Type", "application/octet-stream");
    return context.body(newsStream(feed));
  });
  app.post("/api/training/stop", (context) => {
    stop();
    return context.json({});
  });
}

function newsStream(feed: TrainingFeed): ReadableStream<Uint8Array> {
  const following = feed.follow();
  return new ReadableStream({
    async pull(controller) {
      const news = await following.next();
      if (news === undefined) controller.close();
      else controller.enqueue(framed(news));
    },
    cancel: () => following.stop(),
  });
}
