import { describe, expect, it } from "vitest";
import { Random } from "../../base/random.ts";
import { augment, randomBrightness } from "../augment/augment.ts";
import { cachedSource } from "./cached-source.ts";
import type { SpillStore } from "./row-store.ts";
import { Dataset } from "./dataset.ts";
import type { ExampleSource } from "./example.ts";
import { ImageSet } from "./image-set.ts";
import { drawDigit, openDigits } from "../drawn/digits.ts";
import { drawShape, openShapes } from "../drawn/shapes.ts";

/** 1 x 2 pictures whose first value is their index; some are unreadable; reads are counted. */
function testSource(
  length: number,
  bad: readonly number[] = [],
): ExampleSource & { reads: number[] } {
  const reads: number[] = [];
  const skipped: { path: string; reason: string }[] = [];
  return {
    length,
    shape: [1, 2, 3],
    classNames: ["cat", "dog"],
    label: (index) => index % 2,
    id: (index) => `${index}.jpg`,
    async read(index) {
      reads.push(index);
      // Later pictures are ready sooner: order must not depend on it.
      for (let i = 0; i < 20 - (index % 20); i++) await Promise.resolve();
      if (!bad.includes(index)) return Uint8Array.of(index, 1, 2, 3, 4, 5);
      skipped.push({ path: `${index}.jpg`, reason: "is cut off" });
      return undefined;
    },
    skipped,
    close: () => Promise.resolve(),
    reads,
  };
}

const indicesOf = async (examples: AsyncIterable<{ id: string }>) => {
  const ids: number[] = [];
  for await (const { id } of examples) ids.push(Number.parseInt(id, 10));
  return ids;
};
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

describe("Dataset", () => {
  it("gives the examples in order, however long each takes", async () => {
    expect(await indicesOf(Dataset.from(testSource(50)))).toEqual(range(0, 50));
    expect(await indicesOf(Dataset.from(testSource(50)).skip(40).take(5))).toEqual(range(40, 45));
    expect(Dataset.from(testSource(50)).skip(48).take(5).length).toBe(2);
  });

  it("shuffles through a buffer: an example comes at most the buffer's length early", async () => {
    const shuffled = await indicesOf(Dataset.from(testSource(200)).shuffle(10, { seed: 3 }));
    expect([...shuffled].sort((a, b) => a - b)).toEqual(range(0, 200));
    shuffled.forEach((index, at) => expect(index - at).toBeLessThan(10));
    expect(shuffled).not.toEqual(range(0, 200));
  });

  it("shuffles evenly when the buffer holds everything", async () => {
    const counts = new Array<number>(5).fill(0);
    for (let seed = 0; seed < 500; seed++)
      counts[(await indicesOf(Dataset.from(testSource(5)).shuffle(5, { seed })))[0]!]!++;
    counts.forEach((count) => expect(Math.abs(count - 100)).toBeLessThan(45));
  });

  it("gives another order in each epoch, and the same one for the same epoch", async () => {
    const make = () => Dataset.from(testSource(30)).shuffle(30, { seed: 1 });
    const data = make();
    const [first, second] = [await indicesOf(data), await indicesOf(data)];
    expect(first).not.toEqual(second);
    expect(await indicesOf(make().epoch(1))).toEqual(second);
    expect(await indicesOf(make().epoch(0))).toEqual(first);
    const fixed = Dataset.from(testSource(30)).shuffle(30, { seed: 1, reshuffleEachEpoch: false });
    expect(await indicesOf(fixed)).toEqual(await indicesOf(fixed));
  });

  it("leaves unreadable pictures out, and keeps their order in later epochs", async () => {
    const source = testSource(20, [3, 7]);
    const make = (from: ExampleSource) => Dataset.from(from).shuffle(20, { seed: 2 });
    const [first, second] = [
      await indicesOf(make(source).epoch(0)),
      await indicesOf(make(source).epoch(1)),
    ];
    expect(first).toHaveLength(18);
    // As if the run had begun at the second epoch.
    expect(await indicesOf(make(testSource(20, [3, 7])).epoch(1))).toEqual(second);
    expect(source.skipped[0]).toEqual({
      path: expect.stringMatching(/^[37].jpg$/) as string,
      reason: "is cut off",
    });
  });

  it("maps with random numbers that depend on seed, epoch and example alone", async () => {
    const brighter = augment(randomBrightness([0.1, 0.3]));
    const first = (data: Dataset, epoch: number) =>
      valuesOf(data.map(brighter, { seed: 4 }).epoch(epoch));
    const whole = await first(Dataset.from(testSource(6)), 2);
    expect(await first(Dataset.from(testSource(6)).skip(4), 2)).toEqual(whole.slice(4));
    expect(await first(Dataset.from(testSource(6)), 3)).not.toEqual(whole);
    // The second value is 1 in every picture: what was added to it differs.
    expect(new Set(whole.map((values) => values.split(",")[1])).size).toBe(6);
  });

  it("caches what a map made, drawn once", async () => {
    let made = 0;
    const data = Dataset.from(testSource(4))
      .map((example, random) => ({ ...example, x: Float32Array.of(made++, random.uniform()) }))
      .cache();
    expect(await valuesOf(data)).toEqual(await valuesOf(data));
    expect(made).toBe(4);
  });

  it("passes a failure on to whoever reads", async () => {
    const data = Dataset.from(testSource(10)).map((example) => {
      if (example.id === "5.jpg") throw new Error("disk gone");
      return example;
    });
    const seen: string[] = [];
    await expect(
      (async () => {
        for await (const { id } of data) seen.push(id);
      })(),
    ).rejects.toThrow("disk gone");
    expect(seen).toEqual(range(0, 5).map((i) => `${i}.jpg`));
  });
});

async function valuesOf(examples: AsyncIterable<{ x: ArrayLike<number> }>): Promise<string[]> {
  const values: string[] = [];
  for await (const { x } of examples) values.push(Array.from(x).join());
  return values;
}

describe("BatchedDataset", () => {
  const batches = async (data: AsyncIterable<unknown>) => {
    const all: unknown[] = [];
    for await (const batch of data) all.push(batch);
    return all;
  };

  it("joins bytes, the last batch smaller", async () => {
    const data = Dataset.from(testSource(5)).batch(2);
    expect(data.length).toBe(3);
    const all = await batches(data);
    expect(all[0]).toEqual({
      size: 2,
      layout: "NHWC",
      x: {
        type: "uint8",
        shape: [2, 1, 2, 3],
        data: Uint8Array.of(0, 1, 2, 3, 4, 5, 1, 1, 2, 3, 4, 5),
      },
      y: { type: "int32", shape: [2], data: Int32Array.of(0, 1) },
      ids: ["0.jpg", "1.jpg"],
      rowsOf: data,
    });
    expect(all[2]).toMatchObject({
      size: 1,
      x: { shape: [1, 1, 2, 3], data: Uint8Array.of(4, 1, 2, 3, 4, 5) },
    });
    expect(
      await batches(Dataset.from(testSource(5)).batch(2, { dropRemainder: true })),
    ).toHaveLength(2);
  });

  it("lays planes side by side and scales", async () => {
    const [bytes] = await batches(Dataset.from(testSource(2)).skip(1).batch(1, { layout: "NCHW" }));
    expect(bytes).toMatchObject({
      x: { shape: [1, 3, 1, 2], data: Uint8Array.of(1, 3, 1, 4, 2, 5) },
    });
    const [floats] = await batches(
      Dataset.from(testSource(2)).skip(1).batch(1, { layout: "NCHW", scale: "1/2" }),
    );
    expect(floats).toMatchObject({
      x: { type: "float32", shape: [1, 3, 1, 2], data: Float32Array.of(0.5, 1.5, 0.5, 2, 1, 2.5) },
    });
  });

  it("rounds what augmentation made to bytes, halves to even, inside 0..255", async () => {
    const data = Dataset.from(testSource(1))
      .map((example) => ({ ...example, x: Float32Array.of(-3, 0.5, 1.5, 2.4, 300, 255) }))
      .batch(1);
    expect(await batches(data)).toMatchObject([
      { x: { data: Uint8Array.of(0, 0, 2, 2, 255, 255) } },
    ]);
  });

  it("writes labels as the loss wants them", async () => {
    const label = async (labels: "binary" | "categorical") =>
      ((await batches(Dataset.from(testSource(3)).batch(3, { labels })))[0] as { y: unknown }).y;
    expect(await label("binary")).toEqual({
      type: "float32",
      shape: [3, 1],
      data: Float32Array.of(0, 1, 0),
    });
    expect(await label("categorical")).toEqual({
      type: "float32",
      shape: [3, 2],
      data: Float32Array.of(1, 0, 0, 1, 1, 0),
    });
    expect(() => openShapes().split("train").batch(4, { labels: "binary" })).toThrow(
      "need two classes, the set has 9: blue circle",
    );
  });

  it("makes exactly as many batches ahead as asked for", async () => {
    const made = async (ahead: number) => {
      const source = testSource(40);
      const epoch = Dataset.from(source).batch(2).prefetch(ahead).epoch(0);
      await epoch.next();
      await new Promise((resolve) => setTimeout(resolve, 20));
      await epoch.return();
      return source.reads.length;
    };
    // A batch reads on by the width of the pipeline before it is full.
    const [none, two, five] = [await made(0), await made(2), await made(5)];
    expect(two - none).toBe(4);
    expect(five - none).toBe(10);
  });

  it("fills the same buffers again when told to, but none that is still in use", async () => {
    const data = Dataset.from(testSource(40)).batch(2, { reuse: true, shared: true }).prefetch(2);
    const buffers = new Set<unknown>();
    let at = 0;
    for await (const { x, ids } of data) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      expect([x.data[0], x.data[6]]).toEqual([at, at + 1]);
      expect(ids).toEqual([`${at}.jpg`, `${at + 1}.jpg`]);
      expect(x.data.buffer).toBeInstanceOf(SharedArrayBuffer);
      buffers.add(x.data.buffer);
      at += 2;
    }
    expect([at, buffers.size]).toEqual([40, 3]);
  });

  it("refuses a picture of another size by its name", async () => {
    const data = Dataset.from(testSource(2)).map((example) => ({
      ...example,
      x: new Uint8Array(3),
    }));
    await expect(batches(data.batch(2))).rejects.toThrow(/^0\.jpg: /);
  });
});

describe("cachedSource", () => {
  const spillInMemory = (failAt = Infinity) => {
    const written = new Map<number, Uint8Array>();
    const store: SpillStore = {
      write(slot, bytes) {
        if (slot >= failAt) return Promise.reject(new Error("the disk is full"));
        written.set(slot, bytes.slice());
        return Promise.resolve();
      },
      read: (slot) => Promise.resolve(written.get(slot)!.slice()),
      close: () => Promise.resolve(),
    };
    return { store, written };
  };

  it("decodes each picture once: first in memory, then in the store", async () => {
    const source = testSource(30, [4]);
    const { store, written } = spillInMemory();
    const cached = cachedSource(source, { memory: 6 * 10, spill: () => Promise.resolve(store) });
    const data = Dataset.from(cached).shuffle(30, { seed: 1 });
    for (let epoch = 0; epoch < 3; epoch++) {
      const seen = await valuesOf(data);
      expect(seen.sort()).toEqual(
        range(0, 30)
          .filter((i) => i !== 4)
          .map((i) => `${i},1,2,3,4,5`)
          .sort(),
      );
    }
    expect(source.reads).toHaveLength(30);
    expect(written.size).toBe(19);
    expect(cached.skipped).toHaveLength(1);
  });

  it("goes on without the store when the disk is full", async () => {
    const source = testSource(20);
    const { store } = spillInMemory(5);
    const cached = cachedSource(source, { memory: 0, spill: () => Promise.resolve(store) });
    for (let epoch = 0; epoch < 2; epoch++)
      expect(await indicesOf(Dataset.from(cached))).toEqual(range(0, 20));
    expect(source.reads.length).toBeGreaterThan(30);
  });

  it("decodes once when two ask at the same time", async () => {
    const source = testSource(1);
    const cached = cachedSource(source, { memory: 6 });
    await Promise.all([cached.read(0), cached.read(0)]);
    expect(source.reads).toEqual([0]);
  });
});

describe("ImageSet", () => {
  const listed = range(0, 100);
  const make = (seed?: number) =>
    new ImageSet({
      name: "pets",
      source: testSource(100),
      splits: new Map([["train", listed]]),
      ...(seed !== undefined && { seed }),
    });

  it("shuffles by its seed before it splits, so that no part is one class", async () => {
    const [train, validation] = [make(42).split("train[:80%]"), make(42).split("train[80%:]")];
    expect([train.length, validation.length]).toEqual([80, 20]);
    const all = [...(await indicesOf(train)), ...(await indicesOf(validation))];
    expect(all).not.toEqual(listed);
    expect(all.sort((a, b) => a - b)).toEqual(listed);
    expect(await indicesOf(make().split("train[:3]"))).toEqual([0, 1, 2]);
  });

  it("offers training and validation parts", () => {
    const { train, validation } = make(1).trainAndValidation(0.25);
    expect([train.length, validation.length]).toEqual([75, 25]);
    expect(() => make(1).trainAndValidation(0.999)).toThrow("leaves one part empty");
    const parts = openShapes({ count: 40 }).trainAndValidation();
    expect([parts.train.length, parts.validation.length]).toEqual([40, 10]);
  });

  it("says what was left out, in one line", async () => {
    const set = new ImageSet({
      name: "pets",
      source: testSource(10, [1, 2, 3, 4]),
      splits: new Map([["train", range(0, 10)]]),
      skipped: [{ path: "a.txt", reason: "is a text file" }],
    });
    await indicesOf(set.split());
    expect(set.warnings()).toEqual([
      "5 of 11 files could not be read as pictures and are left out: 1.jpg (is cut off), " +
        "2.jpg (is cut off), 3.jpg (is cut off) and 2 more (4 .jpg, 1 .txt)",
    ]);
  });

  it("names the nearest class", () => {
    expect(make().labelOf("dog")).toBe(1);
    expect(() => make().labelOf("Dog")).toThrow('pets: no class "Dog"; there are dog, cat');
  });
});

describe("shapes", () => {
  it("draws the same set for the same seed, classes in turn", async () => {
    const pixels = async (seed: number) =>
      valuesOf(openShapes({ size: [12, 16], count: 18, seed }).split("all"));
    expect(await pixels(1)).toEqual(await pixels(1));
    expect(await pixels(1)).not.toEqual(await pixels(2));
    const set = openShapes({ size: [12, 16], count: 18 });
    expect(set.split("train").countClasses()).toEqual(new Array(9).fill(2));
    expect(set.shape).toEqual([12, 16, 3]);
  });

  it("draws what the class says: its colour, on a grey ground", () => {
    const names = openShapes().classNames;
    const channelOf: Record<string, number> = { red: 0, green: 1, blue: 2 };
    names.forEach((name, label) => {
      const image = drawShape(label, [32, 32], new Random(8, label));
      let [colored, strongest] = [0, [0, 0, 0]];
      for (let i = 0; i < image.length; i += 3) {
        const pixel = [...image.subarray(i, i + 3)];
        const spread = Math.max(...pixel) - Math.min(...pixel);
        if (spread < 40) continue;
        colored++;
        strongest = strongest.map((sum, c) => sum + pixel[c]!);
      }
      expect(colored / (32 * 32), name).toBeGreaterThan(0.04);
      expect(colored / (32 * 32), name).toBeLessThan(0.6);
      const channel = channelOf[name.split(" ")[0]!]!;
      expect(strongest[channel], name).toBe(Math.max(...strongest));
    });
  });
});

describe("digits", () => {
  it("are as many of each, the same for the same seed, white on black", async () => {
    const pixels = async (seed: number) => valuesOf(openDigits({ count: 20, seed }).split("all"));
    expect(await pixels(1)).toEqual(await pixels(1));
    expect(await pixels(1)).not.toEqual(await pixels(2));
    const set = openDigits({ count: 40 });
    expect(set.shape).toEqual([28, 28, 1]);
    expect(set.split("train").countClasses()).toEqual(new Array(10).fill(4));
    let [light, all] = [0, 0];
    for (let digit = 0; digit < 10; digit++)
      for (const value of drawDigit(digit, [28, 28], new Random(1, digit))) {
        light += value > 127 ? 1 : 0;
        all++;
      }
    light /= all;
    expect(light).toBeGreaterThan(0.05);
    expect(light).toBeLessThan(0.3);
  });

  it("look like what they are: the nearest mean of a class is mostly its own", () => {
    const drawn = (digit: number, seed: number) =>
      drawDigit(digit, [28, 28], new Random(seed, digit));
    const means = Array.from({ length: 10 }, (_, digit) => {
      const sum = new Float64Array(28 * 28 * 3);
      for (let seed = 0; seed < 40; seed++)
        drawn(digit, seed).forEach((value, i) => (sum[i] = sum[i]! + value / 40));
      return sum;
    });
    let right = 0;
    for (let digit = 0; digit < 10; digit++)
      for (let seed = 100; seed < 110; seed++) {
        const pixels = drawn(digit, seed);
        const apart = means.map((mean) =>
          mean.reduce((sum, value, i) => sum + (value - pixels[i]!) ** 2, 0),
        );
        if (apart.indexOf(Math.min(...apart)) === digit) right++;
      }
    // Not all: a mean of pixels knows no slant, and there is something left to learn.
    expect(right).toBeGreaterThan(65);
    expect(right).toBeLessThan(100);
  });
});
