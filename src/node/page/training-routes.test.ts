import { Hono } from "hono";
import { expect, it } from "vitest";
import { History } from "../../model/history.ts";
import { TrainingEvents } from "../../train/callbacks/training-events.ts";
import { addTrainingRoutes } from "./training-routes.ts";

function watched() {
  const events = new TrainingEvents();
  const app = new Hono();
  addTrainingRoutes(app, { title: "<pets>.onnx", lines: ["500 pictures"], events });
  return { app, events };
}

it("a page shows what there is so far, asks again while the training runs, and no more when it is over", async () => {
  const { app, events } = watched();
  const page = async () => (await app.request("/api/training")).text();
  expect(await page()).toContain('http-equiv="refresh"');
  events.tell({ kind: "begin", epochs: 2, batches: 4, history: new History().toJSON() });
  events.tell({ kind: "epoch", epoch: 0, logs: { loss: 0.5 } });
  events.tell({ kind: "batch", epoch: 1, batch: 2, logs: { loss: 0.25 } });
  const html = await page();
  expect(html).toMatch(
    /500 pictures\n2 epochs\nepoch 1: loss 0\.5000\nepoch 2, batch 3: loss 0\.2500/,
  );
  expect(html).toContain("&lt;pets&gt;.onnx");
  // Closed and opened again, it is the same.
  expect(await page()).toBe(html);
  const curves = await app.request("/api/training/curves.svg");
  expect(curves.headers.get("content-type")).toBe("image/svg+xml");
  expect(await curves.text()).toMatch(/^<svg.*loss/s);
  events.tell({ kind: "end", epochs: 1 });
  expect(await page()).not.toContain('http-equiv="refresh"');
});

it("other pages are told as it happens, from the beginning", async () => {
  const { app, events } = watched();
  events.tell({ kind: "begin", epochs: 1, batches: null, history: new History().toJSON() });
  const reply = await app.request("/api/training/events");
  expect(reply.headers.get("content-type")).toBe("text/event-stream");
  const text = reply.text();
  events.tell({ kind: "epoch", epoch: 0, logs: { loss: 0.5 } });
  events.tell({ kind: "end", epochs: 1 });
  const told = (await text).split("\n\n").filter((part) => part !== "");
  expect(told.map((part) => (JSON.parse(part.slice(6)) as { kind: string }).kind)).toEqual([
    "begin",
    "epoch",
    "end",
  ]);
});
