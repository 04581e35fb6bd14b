import { expect, it } from "vitest";
import { History } from "../../model/history.ts";
import { type TrainingEvent, TrainingEvents } from "./training-events.ts";

const begin = {
  ...{ kind: "begin", epochs: 2, batches: 3 },
  history: new History().toJSON(),
} as const satisfies TrainingEvent;
const batch = (number: number): TrainingEvent => ({
  ...{ kind: "batch", epoch: 0, batch: number, logs: { loss: 1 / (number + 1) } },
});
const epoch = (number: number): TrainingEvent => ({
  ...{ kind: "epoch", epoch: number, logs: { loss: 0.5 - number / 10, val_loss: 0.6 } },
});

/** The kinds that somebody hears, until they have heard `count`. */
async function heard(events: TrainingEvents, count = Infinity): Promise<string[]> {
  const following = events.follow();
  const kinds: string[] = [];
  for (let event = await following.next(); event; event = await following.next())
    if (kinds.push(event.kind) >= count) following.stop();
  return kinds;
}

it("whoever comes late hears what was missed, and the latest batch alone", async () => {
  const events = new TrainingEvents();
  for (const event of [begin, batch(0), batch(1), batch(2), epoch(0), batch(0), batch(1)])
    events.tell(event);
  expect(await heard(events, 3)).toEqual(["begin", "epoch", "batch"]);
  // Who goes and comes back hears it again.
  expect(await heard(events, 3)).toEqual(["begin", "epoch", "batch"]);
  expect(events.history.history).toEqual({ loss: [0.5], val_loss: [0.6] });
});

it("several follow at once, to the end", async () => {
  const events = new TrainingEvents();
  const both = [heard(events), heard(events)];
  events.tell(begin);
  await Promise.resolve();
  events.tell(batch(0));
  events.tell(epoch(0));
  events.tell({ kind: "end", epochs: 1 });
  for (const kinds of await Promise.all(both)) {
    expect(kinds[0]).toBe("begin");
    expect(kinds.slice(-2)).toEqual(["epoch", "end"]);
  }
  expect(await heard(events)).toEqual(["begin", "epoch", "end"]);
});

it("who stops listening hears no more", async () => {
  const events = new TrainingEvents();
  events.tell(begin);
  const following = events.follow();
  expect(await following.next()).toEqual(begin);
  const next = following.next();
  following.stop();
  expect(await next).toBeUndefined();
});
