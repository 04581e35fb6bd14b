import { expect, it } from "vitest";
import { TrainingFeed } from "../../app/engine/training/feed.ts";
import type { TrainingNews } from "../../app/engine/training/news.ts";

const begin: TrainingNews = {
  ...{ kind: "begin", title: "pets.h5", lines: [], notices: [], probes: [], past: [] },
  ...{ epochs: 2, batches: 3 },
};
const batch = (number: number): TrainingNews => ({
  ...{ kind: "batch", epoch: 0, batch: number, logs: { loss: 1 / (number + 1) } },
});
const epoch = (number: number): TrainingNews => ({
  ...{ kind: "epoch", epoch: number, logs: { loss: 0.5 - number / 10, val_loss: 0.6 } },
  look: { filters: [], probes: [] },
});

/** The kinds that somebody hears, until they have heard `count`. */
async function heardBy(feed: TrainingFeed, count = Infinity): Promise<string[]> {
  const following = feed.follow();
  const kinds: string[] = [];
  for (let news = await following.next(); news; news = await following.next())
    if (kinds.push(news.kind) >= count) following.stop();
  return kinds;
}

it("whoever comes late hears what was missed, and the latest batch alone", async () => {
  const feed = new TrainingFeed();
  for (const news of [begin, batch(0), batch(1), batch(2), epoch(0), batch(0), batch(1)])
    feed.tell(news);
  expect(await heardBy(feed, 3)).toEqual(["begin", "epoch", "batch"]);
  // Who goes and comes back hears it again.
  expect(await heardBy(feed, 3)).toEqual(["begin", "epoch", "batch"]);
  expect(feed.record.epochs.map(({ logs }) => logs["loss"])).toEqual([0.5]);
});

it("several follow at once, to the end", async () => {
  const feed = new TrainingFeed();
  const both = [heardBy(feed), heardBy(feed)];
  feed.tell(begin);
  await Promise.resolve();
  feed.tell(batch(0));
  feed.tell(epoch(0));
  feed.tell({ kind: "end", words: "" });
  for (const kinds of await Promise.all(both)) {
    expect(kinds[0]).toBe("begin");
    expect(kinds.slice(-2)).toEqual(["epoch", "end"]);
  }
  await feed.heardByAll(10_000);
  expect(await heardBy(feed)).toEqual(["begin", "epoch", "end"]);
});

it("epochs of which a training goes on are told with its beginning, and not again", async () => {
  const feed = new TrainingFeed();
  feed.tell({ ...begin, past: [{ loss: 2 }, { loss: 1 }] });
  feed.tell(epoch(2));
  feed.tell({ kind: "end", words: "" });
  expect(await heardBy(feed)).toEqual(["begin", "epoch", "end"]);
  expect(feed.record.epochs.map(({ logs }) => logs["loss"])).toEqual([2, 1, 0.3]);
});

it("who stops listening hears no more", async () => {
  const feed = new TrainingFeed();
  feed.tell(begin);
  const following = feed.follow();
  expect(await following.next()).toEqual(begin);
  const next = following.next();
  following.stop();
  expect(await next).toBeUndefined();
});
