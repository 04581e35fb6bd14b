import { Hono } from "hono";
import { expect, it } from "vitest";
import { unpack } from "../../../app/engine/pack.ts";
import { TrainingFeed } from "../../../app/engine/training/feed.ts";
import type { TrainingNews } from "../../../app/engine/training/news.ts";
import { addTrainingRoutes } from "./training-routes.ts";

function watched() {
  const feed = new TrainingFeed();
  const app = new Hono();
  let stops = 0;
  addTrainingRoutes(app, { feed, stop: () => stops++ });
  return { app, feed, stops: () => stops };
}

/** All messages of an answer, each with its length in front. */
async function messages(reply: Response): Promise<TrainingNews[]> {
  const bytes = new Uint8Array(await reply.arrayBuffer());
  const found: TrainingNews[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = new DataView(bytes.buffer).getUint32(at, true);
    found.push(unpack(bytes.subarray(at + 4, at + 4 + length)) as TrainingNews);
    at += 4 + length;
  }
  return found;
}

it("a page is told from the beginning, closed and opened again", async () => {
  const { app, feed } = watched();
  feed.tell({
    ...{ kind: "begin", title: "<pets>.onnx", lines: ["500 pictures"], notices: [], probes: [] },
    ...{ epochs: 2, batches: 4, past: [] },
  });
  const filter = {
    address: "conv2d",
    filters: 1,
    channels: 3,
    readsColors: true,
    height: 1,
    width: 1,
    of: 1,
  };
  const codes = Uint8Array.of(0, 127, 254);
  const ranges = { lows: Float32Array.of(-1), highs: Float32Array.of(1) };
  const look = { filters: [{ ...filter, codes, ...ranges }], probes: [] };
  feed.tell({ kind: "epoch", epoch: 0, logs: { loss: 0.5 }, look });
  feed.tell({ kind: "batch", epoch: 1, batch: 2, logs: { loss: 0.25 } });
  const replies = [await app.request("/api/training"), await app.request("/api/training")];
  feed.tell({ kind: "end", words: "" });
  for (const reply of replies) {
    const [begin, epoch, ...rest] = await messages(reply);
    expect(begin).toMatchObject({ title: "<pets>.onnx", lines: ["500 pictures"] });
    expect(epoch).toMatchObject({ logs: { loss: 0.5 }, look });
    expect(rest.at(-1)).toEqual({ kind: "end", words: "" });
  }
});

it("a page stops it, and by a question that no link can ask", async () => {
  const { app, stops } = watched();
  await app.request("/api/training/stop");
  expect(stops()).toBe(0);
  await app.request("/api/training/stop", { method: "POST" });
  expect(stops()).toBe(1);
});
