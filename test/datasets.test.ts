import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { validationSplit } from "../src/data/examples/validation-split.ts";
import { openDataset } from "../src/api/open-dataset.ts";
import { describeShared, shared, sharedJson } from "./shared.ts";

describeShared("cases/02_zip_litter", "case 2: litter in a zip", () => {
  it("sees the two classes and nothing else", async () => {
    const set = await openDataset(shared("cases/02_zip_litter/mac_and_windows.zip"));
    expect(set.classNames).toEqual(["Cat", "Dog"]);
    expect(set.split().countClasses()).toEqual([3, 2]);
    let read = 0;
    for await (const { ids } of set.split().batch(2)) read += ids.length;
    expect(read).toBe(5);
    expect(set.warnings()).toEqual([]);
    await set.close();
  });
});

describeShared("cases/03_bad_pictures", "case 3: broken and mislabelled pictures", () => {
  it("uses what is a picture by its content, and counts and names the rest", async () => {
    const folder = await mkdtemp(join(tmpdir(), "striate-case-3-"));
    try {
      // The case's folder is one class; a second one makes a set of it.
      await mkdir(join(folder, "cat"));
      await cp(shared("cases/03_bad_pictures"), join(folder, "cat"), { recursive: true });
      await cp(shared("cases/03_bad_pictures/1.jpg"), join(folder, "dog", "1.jpg"));
      const set = await openDataset(folder);
      const used: string[] = [];
      for await (const { id } of set.split()) used.push(id);
      const good = ["cat/1.jpg", "cat/bmp.jpg", "cat/gif.jpg", "cat/png.jpg", "dog/1.jpg"];
      expect(used.sort()).toEqual(good);
      const reasons = Object.fromEntries(set.skipped.map(({ path, reason }) => [path, reason]));
      expect(reasons).toEqual({
        "cat/666.jpg": "is empty (0 bytes)",
        "cat/half.jpg": expect.stringContaining("cut off or damaged") as string,
        "cat/html.jpg": "is a web page",
      });
      await set.close();
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describeShared("cases/14_validation_split", "case 14: validation_split", () => {
  const cases = ["split", "split_edges"].flatMap((name) =>
    Object.entries(
      sharedJson<{ train_val: Record<string, [number, number] | null> }>(
        `cases/14_validation_split/${name}.json`,
      ).train_val,
    ),
  );
  it.each(cases)("%s", (key, want) => {
    const [n, fraction] = key.split(", ").map(Number) as [number, number];
    if (want) {
      const { train, validation } = validationSplit(n, fraction);
      expect([train, validation]).toEqual(want);
    } else expect(() => validationSplit(n, fraction)).toThrow(`${n} examples leaves no example`);
  });
});

describeShared("data/cats_vs_dogs_180px.zip", "cats_vs_dogs, 23,262 photos in a zip", () => {
  it("opens, splits as TensorFlow Datasets does, and reads", async () => {
    const set = await openDataset(shared("data/cats_vs_dogs_180px.zip"), { size: [150, 150] });
    expect(set.classNames).toEqual(["Cat", "Dog"]);
    const [train, validation] = [set.split("train[:80%]"), set.split("train[80%:]")];
    expect([train.length, validation.length]).toEqual([18610, 4652]);
    // A validation part of one class would be worth nothing.
    const [cats, dogs] = validation.countClasses() as [number, number];
    expect(Math.abs(cats - dogs) / validation.length).toBeLessThan(0.05);
    const batches = train.shuffle(2048, { seed: 1 }).batch(64, { layout: "NCHW" }).prefetch(1);
    expect(batches.length).toBe(291);
    for await (const { x, y } of batches) {
      expect([x.type, x.shape, y.shape]).toEqual(["uint8", [64, 3, 150, 150], [64]]);
      break;
    }
    await set.close();
  });
});

describe("data sets that are not there", () => {
  it("names what is known", async () => {
    await expect(openDataset("cat_vs_dogs")).rejects.toThrow(
      "cat_vs_dogs: is no data set and no path here; known data sets are cats_vs_dogs, digits, gratings, shapes (did you mean cats_vs_dogs?)",
    );
  });
});
