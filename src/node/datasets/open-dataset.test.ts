import {
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from "@zip.js/zip.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { StriateError } from "../../base/errors.ts";
import { lumaOf } from "../../data/pictures/image.ts";
import { resizeBilinear } from "../../data/pictures/resize.ts";
import { openDataset as openSet } from "../../api/open-dataset.ts";

const fixtures = JSON.parse(
  readFileSync(new URL("../../../fixtures/data/pictures.json", import.meta.url), "utf8"),
) as Record<string, { file: string; rgb: string }>;
const picture = (name: string) => Buffer.from(fixtures[name]!.file, "base64");

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "striate-dataset-"));
});
const opened: { close(): Promise<void> }[] = [];
afterAll(async () => {
  for (const set of opened) await set.close();
  await rm(folder, { recursive: true });
});

/** Opens a data set until the tests are over. */
async function openDataset(...given: Parameters<typeof openSet>): ReturnType<typeof openSet> {
  const set = await openSet(...given);
  opened.push(set);
  return set;
}

/** A set of two classes with litter, in which some files are no pictures. */
const pets: Record<string, Uint8Array> = {
  "PetImages/Cat/1.jpg": picture("jpeg cmyk"),
  "PetImages/Cat/2.jpg": picture("png grey alpha"),
  "PetImages/Cat/10.jpg": picture("bmp 24 bit"),
  "PetImages/Cat/.DS_Store": Buffer.from("x"),
  "PetImages/Dog/1.gif": picture("gif"),
  "PetImages/Dog/cut.jpg": picture("JPEG orientation 6").subarray(0, 500),
  "PetImages/Dog/empty.jpg": Buffer.alloc(0),
  "PetImages/Dog/page.jpg": Buffer.from("<html><body>not found"),
  "PetImages/Dog/deep/3.webp": picture("webp lossless alpha"),
  "readme.txt": Buffer.from("about"),
};

async function writeFolder(name: string, files: Record<string, Uint8Array>): Promise<string> {
  const root = join(folder, name);
  await mkdir(root, { recursive: true });
  for (const [path, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), bytes);
  }
  return root;
}

async function writeZip(
  name: string,
  files: Record<string, Uint8Array>,
  level: number,
  folders: string[] = [],
): Promise<string> {
  const writer = new ZipWriter(new Uint8ArrayWriter(), { level, useWebWorkers: false });
  for (const path of folders) await writer.add(path, undefined, { directory: true });
  for (const [path, bytes] of Object.entries(files))
    await writer.add(path, new Uint8ArrayReader(new Uint8Array(bytes)));
  const path = join(folder, name);
  await writeFile(path, await writer.close());
  return path;
}

async function refusal(path: string): Promise<string> {
  const error = await openDataset(path).then(
    () => expect.fail(`${path} was opened`),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StriateError);
  expect((error as Error).message).toContain(path);
  expect((error as Error).message).not.toContain("\n");
  return (error as Error).message;
}

it("grey pictures are the luma that Pillow computes, before they are resized", async () => {
  const path = await writeFolder("grey", pets);
  const first = async (size: readonly [number, number], channels: 1 | 3) => {
    const set = await openDataset(path, { size, channels, seed: null });
    expect(set.shape).toEqual([...size, channels]);
    for await (const { id, x } of set.split("train"))
      if (id.endsWith("10.jpg")) return x as Uint8Array;
    return expect.fail("no such picture");
  };
  // As it is decoded, red, green and blue of each pixel.
  const data = Uint8Array.from(Buffer.from(fixtures["bmp 24 bit"]!.rgb, "base64"));
  const luma = lumaOf({ data, width: 7, height: 5 });
  expect([...(await first([5, 7], 1))]).toEqual([...luma]);
  const into = new Uint8ClampedArray(3 * 4);
  resizeBilinear({ data: luma, height: 5, width: 7, channels: 1 }, [3, 4], into);
  expect([...(await first([3, 4], 1))]).toEqual([...into]);
});

describe("a folder or a zip of class folders", () => {
  it.each([
    ["a folder", () => writeFolder("pets", pets)],
    ["a stored zip", () => writeZip("stored.zip", pets, 0)],
    ["a deflated zip", () => writeZip("deflated.zip", pets, 6)],
    [
      "a zip written on Windows",
      () =>
        writeZip(
          "windows.zip",
          Object.fromEntries(
            Object.entries(pets).map(([path, bytes]) => [path.replaceAll("/", "\\"), bytes]),
          ),
          6,
        ),
    ],
  ])("%s: what is a picture by content is used, the rest is named", async (_title, make) => {
    const set = await openDataset(await make(), { size: [5, 7], seed: null });
    expect(set.classNames).toEqual(["Cat", "Dog"]);
    expect(set.splits).toEqual(new Map([["train", 6]]));
    const seen: string[] = [];
    for await (const { id, y, x } of set.split("train")) {
      seen.push(`${id} ${y}`);
      expect(x).toHaveLength(5 * 7 * 3);
      if (id.endsWith("10.jpg"))
        expect(Buffer.from(x as Uint8Array)).toEqual(
          Buffer.from(fixtures["bmp 24 bit"]!.rgb, "base64"),
        );
    }
    expect(seen).toEqual([
      "PetImages/Cat/1.jpg 0",
      "PetImages/Cat/10.jpg 0",
      "PetImages/Cat/2.jpg 0",
      "PetImages/Dog/1.gif 1",
      "PetImages/Dog/deep/3.webp 1",
    ]);
    expect(set.skipped.map(({ path, reason }) => `${path} ${reason}`)).toEqual([
      expect.stringMatching(/^PetImages\/Dog\/cut\.jpg the JPEG is cut off or damaged/),
      "PetImages/Dog/empty.jpg is empty (0 bytes)",
      "PetImages/Dog/page.jpg is a web page",
    ]);
    await set.close();
  });

  it("leaves out a photo of a kind that Node does not read, and names it", async () => {
    const heic = JSON.parse(
      readFileSync(new URL("../../../fixtures/data/heic.json", import.meta.url), "utf8"),
    ) as { file: string };
    const path = await writeFolder("iphone", {
      "a/1.png": picture("png grey alpha"),
      "a/IMG_1": Buffer.from(heic.file, "base64"),
      "a/IMG_2.HEIC": Buffer.from(heic.file, "base64"),
      "b/1.png": picture("png grey alpha"),
    });
    const set = await openDataset(path, { size: [2, 2] });
    expect(set.splits.get("train")).toBe(2);
    const reason = "is a HEIC picture";
    expect(set.skipped).toEqual(
      ["a/IMG_1", "a/IMG_2.HEIC"].map((each) => ({ path: each, reason })),
    );
  });

  it("orders each split as NumPy's RandomState(42) would", async () => {
    const path = await writeFolder(
      "ordered",
      Object.fromEntries(
        Array.from({ length: 10 }, (_, i) => [
          `${i < 5 ? "a" : "b"}/${i}.bmp`,
          picture("bmp 24 bit"),
        ]),
      ),
    );
    const set = await openDataset(path, { size: [2, 2] });
    const ids: string[] = [];
    for await (const { id } of set.split()) ids.push(id.replace(/\D/g, ""));
    expect(ids.map(Number)).toEqual([8, 1, 5, 0, 7, 2, 9, 4, 3, 6]);
  });

  it("turns photos by their orientation, or leaves them as stored", async () => {
    const path = await writeFolder("turned", {
      "a/1.png": picture("PNG orientation 6"),
      "b/1.png": picture("PNG orientation 6"),
    });
    const first = async (orient: boolean) => {
      const set = await openDataset(path, { size: [2, 2], resize: "nearest", orient });
      for await (const { x } of set.split()) return [...x];
    };
    const [turned, stored] = [await first(true), await first(false)];
    expect(turned!.slice(0, 3)).toEqual(stored!.slice(6, 9));
    expect(turned).not.toEqual(stored);
  });

  it("drops what TensorFlow Datasets drops when asked", async () => {
    const jfif = picture("jpeg cmyk");
    const path = await writeFolder("jfif", {
      "a/1.jpg": jfif,
      "a/2.png": picture("gif"),
      "b/1.jpg": jfif,
    });
    expect(jfif.includes("JFIF")).toBe(false);
    const withJfif = Buffer.from(picture("JPEG orientation 6"));
    expect(withJfif.includes("JFIF")).toBe(true);
    await writeFile(join(path, "a/3.jpg"), withJfif);
    await writeFile(join(path, "b/3.jpg"), withJfif);
    const set = await openDataset(path, { jfifOnly: true });
    expect(set.splits.get("train")).toBe(2);
    expect(set.warnings()).toEqual(["3 pictures without a JFIF header are left out"]);
  });

  it("follows links, each folder once", async () => {
    const path = await writeFolder("links", {
      "a/1.bmp": picture("bmp 24 bit"),
      "elsewhere/2.bmp": picture("bmp 24 bit"),
    });
    const other = await writeFolder("other", { "1.bmp": picture("bmp 24 bit") });
    await symlink(other, join(path, "b"));
    await symlink(path, join(path, "a", "round"));
    const set = await openDataset(path);
    expect(set.classNames).toEqual(["a", "b", "elsewhere"]);
    expect(set.splits.get("train")).toBe(3);
  });

  it("keeps what memory has no room for on disk, and leaves nothing behind", async () => {
    const path = await writeFolder(
      "spilled",
      Object.fromEntries(
        Array.from({ length: 12 }, (_, i) => [
          `${i % 2 ? "a" : "b"}/${i}.bmp`,
          picture("bmp 24 bit"),
        ]),
      ),
    );
    const cacheFolder = join(folder, "cache");
    const set = await openDataset(path, { size: [5, 7], memory: 5 * 105, cacheFolder });
    const epoch = async () => {
      const all: string[] = [];
      for await (const { x } of set.split())
        all.push(Buffer.from(x as Uint8Array).toString("base64"));
      return all;
    };
    const [first, second] = [await epoch(), await epoch()];
    expect(first).toEqual(new Array(12).fill(fixtures["bmp 24 bit"]!.rgb));
    expect(second).toEqual(first);
    await set.close();
    expect(await readdir(cacheFolder)).toEqual([]);
  });

  it("stops when most of the set cannot be read, in a sentence", async () => {
    const cut = picture("JPEG orientation 6").subarray(0, 500);
    const path = await writeFolder(
      "bad",
      Object.fromEntries(
        Array.from({ length: 60 }, (_, i) => [`${i % 2 ? "a" : "b"}/${i}.jpg`, cut]),
      ),
    );
    const set = await openDataset(path);
    const read = async () => {
      for await (const batch of set.split().batch(8)) expect(batch).toBeDefined();
    };
    await expect(read()).rejects.toThrow(
      /bad: \d+ of the \d+ pictures read so far could not be decoded/,
    );
  });

  it("leaves out a photo that is gone, and ends where all that come are", async () => {
    const path = await writeFolder(
      "away",
      Object.fromEntries(
        Array.from({ length: 200 }, (_, i) => [
          `${i % 2 ? "a" : "b"}/${i}.jpg`,
          picture("JPEG orientation 6"),
        ]),
      ),
    );
    const set = await openDataset(path, { size: [4, 4], seed: null, keep: false });
    await rm(join(path, "a", "1.jpg"));
    let count = 0;
    const read = async () => {
      for await (const example of set.split().epoch(0)) {
        expect(example.x).toHaveLength(48);
        // The disk goes when more than half of the photos were read.
        if (++count === 120) await rm(path, { recursive: true });
      }
    };
    await expect(read()).rejects.toThrow(
      /away: 8 photos one after the other cannot be had, the last one b\/\d+\.jpg \(ENOENT: .*\); are they still where they were\?/,
    );
    expect(set.skipped[0]!.path).toBe("a/1.jpg");
  });

  it("trains on with 5 % unreadable pictures, counts and names them", async () => {
    const path = await writeFolder(
      "some",
      Object.fromEntries(
        Array.from({ length: 40 }, (_, i) => [
          `${i % 2 ? "a" : "b"}/${i}.jpg`,
          i % 20 === 7
            ? picture("JPEG orientation 6").subarray(0, 600)
            : picture("JPEG orientation 6"),
        ]),
      ),
    );
    const set = await openDataset(path, { size: [4, 4] });
    const batches = set.split().shuffle(40).batch(8).prefetch(1);
    const sizes: number[] = [];
    for await (const { size } of batches) sizes.push(size);
    expect(sizes).toEqual([8, 8, 8, 8, 6]);
    expect(set.warnings()[0]).toMatch(
      /^2 of 40 files could not be read as pictures and are left out: a\/27\.jpg \(the JPEG is cut off/,
    );
  });
});

describe("sets that cannot be opened", () => {
  it("names an empty class folder, a lone class, missing class folders", async () => {
    const one = picture("bmp 24 bit");
    const empty = await writeFolder("empty-class", { "cat/1.bmp": one });
    await mkdir(join(empty, "dog"));
    expect(await refusal(empty)).toContain('class folder "dog" is empty');
    expect(
      await refusal(await writeZip("empty-class.zip", { "cat/1.bmp": one }, 0, ["dog/"])),
    ).toContain('class folder "dog" is empty');
    expect(await refusal(await writeFolder("lone", { "cat/1.bmp": one }))).toContain(
      "only one class folder",
    );
    expect(await refusal(await writeFolder("flat", { "1.bmp": one, "2.bmp": one }))).toContain(
      "without class folders",
    );
    expect(await refusal(await writeFolder("nothing", {}))).toContain("no pictures");
  });

  it("says that a zip is cut off or damaged", async () => {
    const whole = await writeZip("whole.zip", pets, 6);
    const { length } = await readFile(whole);
    for (const share of [0.2, 0.7, 0.99]) {
      const path = join(folder, "cut.zip");
      await writeFile(path, await readFile(whole));
      await truncate(path, Math.floor(length * share));
      expect(await refusal(path)).toContain("cut off or damaged");
    }
  });

  it("leaves a damaged file of a zip out by its checksum", async () => {
    const path = await writeZip(
      "flipped.zip",
      { ...pets, "PetImages/Cat/20.bmp": picture("bmp 24 bit") },
      0,
    );
    const bytes = await readFile(path);
    const at = bytes.indexOf(picture("bmp 24 bit"));
    bytes[at + 100]! ^= 0xff;
    await writeFile(path, bytes);
    const set = await openDataset(path, { size: [5, 7] });
    for await (const { id } of set.split()) expect(id).not.toBe("PetImages/Cat/10.jpg");
    expect(set.skipped[0]).toEqual({
      path: "PetImages/Cat/10.jpg",
      reason: "is damaged in the zip: its checksum is wrong",
    });
  });

  it("refuses a bomb in a zip without unpacking it", async () => {
    const path = await writeZip(
      "bomb.zip",
      {
        "a/1.bmp": picture("bmp 24 bit"),
        "b/1.bmp": picture("bmp 24 bit"),
        "b/2.bmp": Buffer.concat([picture("bmp 24 bit"), Buffer.alloc(5e6)]),
      },
      9,
    );
    const bytes = await readFile(path);
    // The directory's claim of the last file: 3 GB.
    const at = bytes.lastIndexOf("PK\x01\x02");
    bytes.writeUInt32LE(3e9, at + 24);
    await writeFile(path, bytes);
    const set = await openDataset(path, { size: [5, 7] });
    let count = 0;
    for await (const example of set.split()) count += example.x.length > 0 ? 1 : 0;
    expect(count).toBe(2);
    expect(set.skipped[0]!.reason).toMatch(/more than any picture/);
  });

  it("knows what a path is that is no set", async () => {
    const path = join(folder, "photo.zip");
    await writeFile(path, picture("gif"));
    expect(await refusal(path)).toContain("is a GIF picture, expected a folder or zip");
    expect(await refusal("cats_vs_dog")).toContain("did you mean cats_vs_dogs?");
    expect(await refusal(join(folder, "gone"))).toContain("no such file or folder");
  });
});

describe("shapes", () => {
  it("opens by name without a file", async () => {
    const set = await openDataset("shapes", { size: [16, 16], count: 90 });
    expect(set.splits).toEqual(
      new Map([
        ["train", 90],
        ["test", 23],
      ]),
    );
    for await (const { x, y } of set
      .split("train")
      .batch(32, { labels: "categorical", scale: "1/255" })) {
      expect(x.shape).toEqual([x.shape[0], 16, 16, 3]);
      expect(y.shape[1]).toBe(9);
    }
  });
});
