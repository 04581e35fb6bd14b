import { expect, it } from "vitest";
import { chain } from "../../test/chain.ts";
import { openShapes } from "../data/drawn/shapes.ts";
import type { Network } from "../model/network.ts";
import type { DatasetSubject, LabelledPhoto } from "../views/subject.ts";
import { datasetSubject } from "./dataset-subject.ts";

const network = (labels?: string[]): Network => ({
  ...chain([null, 8, 8, 3], [["Conv2D", { filters: 2, kernel_size: 1 }]]),
  ...(labels && { labels }),
});

const set = () => openShapes({ size: [8, 8], count: 18 });
const names = [...set().classNames];

async function all(subject: DatasetSubject): Promise<LabelledPhoto[]> {
  const photos: LabelledPhoto[] = [];
  for await (const photo of subject.photos()) photos.push(photo);
  return photos;
}

it("gives photos as the network wants them, and says how and by whose word", async () => {
  const subject = datasetSubject(network(), set(), { scale: "-1..1", split: "test", limit: 3 });
  expect([subject.length, subject.split]).toEqual([3, "test"]);
  expect(subject.scaling).toEqual({ scale: "-1..1", guess: false });
  const photos = await all(subject);
  expect(photos).toHaveLength(3);
  for (const { inputs, photo, place, preparation } of photos) {
    const [value] = Object.values(inputs);
    expect(value!.shape).toEqual([1, 8, 8, 3]);
    const largest = Math.max(...(value!.data as Float32Array).map(Math.abs));
    expect(largest).toBeLessThanOrEqual(1);
    expect(value!.data[0]).toBeCloseTo(photo!.data[0]! / 127.5 - 1, 5);
    expect(place!.toPhoto).toEqual([1, 0, 0, 0, 1, 0]);
    expect(preparation).toContain("8 x 8");
  }
  expect(datasetSubject(network(), set()).scaling).toEqual({ scale: "1/255", guess: true });
});

it("has its classes in the network's order, by name, and says where the names differ", async () => {
  const turned = datasetSubject(network([...names].reverse()), set(), { limit: 4 });
  expect(turned.labels).toEqual([...names].reverse());
  expect(turned.notices).toEqual([]);
  const straight = await all(datasetSubject(network(names), set(), { limit: 4 }));
  const labels = (await all(turned)).map(({ label }) => label);
  expect(labels).toEqual(straight.map(({ label }) => names.length - 1 - label));
  const other = datasetSubject(network(names.map((name) => `a ${name}`)), set(), { limit: 4 });
  expect(other.notices).toEqual([expect.stringContaining("taken in order")]);
  expect(other.labels).toEqual(names);
});
