import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readImage } from "../src/api/read-image.ts";
import { crc32 } from "../src/base/crc32.ts";
import { StriateError } from "../src/base/errors.ts";
import { decodePng } from "../src/data/picture-formats/decode-png.ts";
import { openDataset } from "../src/index.ts";

// A picture of a few bytes may say that it has a hundred million pixels, once in its head and once more
// where only the decoder looks. None may take memory for what its bytes do not account for.

const folder = new URL("../fixtures/data/hostile-pictures/", import.meta.url);
const fixture = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));
const ascii = (text: string) => Buffer.from(text, "latin1");

/** Megabytes that the process grew by, at its largest. */
async function refused(bytes: Uint8Array): Promise<string> {
  const before = process.memoryUsage().rss;
  const error = await readImage(bytes).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(StriateError);
  expect(process.memoryUsage().rss - before).toBeLessThan(200 * 2 ** 20);
  return (error as StriateError).message;
}

function bmp(width: number, height: number, runs: Uint8Array): Uint8Array {
  const head = Buffer.alloc(54 + 1024);
  head.write("BM", "latin1");
  head.writeUInt32LE(head.length, 10);
  head.writeUInt32LE(40, 14);
  head.writeInt32LE(width, 18);
  head.writeInt32LE(height, 22);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(8, 28);
  head.writeUInt32LE(1, 30);
  head.writeUInt32LE(256, 46);
  return Buffer.concat([head, runs]);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = Buffer.concat([ascii(type), data]);
  const whole = Buffer.alloc(8 + body.length);
  whole.writeUInt32BE(data.length);
  whole.set(body, 4);
  whole.writeUInt32BE(crc32(body), 4 + body.length);
  return whole;
}

/** A PNG of `side` pixels a side, grey, with more chunks before its pixels. */
function png(side: number, pixels: Uint8Array, ...more: Uint8Array[]): Uint8Array {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head[8] = 8;
  const signature = ascii("\x89PNG\r\n\x1a\n");
  const parts = [chunk("IHDR", head), ...more, chunk("IDAT", deflateSync(pixels))];
  return Buffer.concat([signature, ...parts, chunk("IEND", new Uint8Array())]);
}

describe("a picture of a few bytes that stands for a hundred million pixels", () => {
  const gif = Buffer.concat([ascii("GIF89a"), Buffer.from([200, 50, 200, 50, 0, 0, 0])]);
  const jpeg = [0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 50, 200, 50, 200, 1, 1, 0x11, 0, 0xff, 0xd9];
  const icon = Buffer.alloc(22);
  icon.set([0, 0, 1, 0, 1, 0], 0);
  icon.writeUInt32LE(22, 18);
  const inside = png(13_000, new Uint8Array(4));
  icon.writeUInt32LE(inside.length, 14);
  const files: Record<string, Uint8Array> = {
    AVIF: fixture("grey.avif"),
    WebP: fixture("orange.webp"),
    TIFF: fixture("white.tif"),
    PNG: inside,
    ICO: Buffer.concat([icon, inside]),
    GIF: gif,
    JPEG: Uint8Array.from(jpeg),
    BMP: bmp(13_000, 13_000, Buffer.from([0, 1])),
  };
  it.each(Object.keys(files))("%s is refused by its head", async (name) => {
    expect(await refused(files[name]!)).toMatch(
      /no whole photo: its header says \d+ x \d+ pixels, and the file has only [\d,]+ bytes/,
    );
  });

  it("PPM is refused, since its pixels are counted by its bytes", async () => {
    expect(await refused(ascii("P6 2000 2000 255\n"))).toMatch(/cut off: pixels are missing/);
  });

  it("AVIF is refused where only the coded picture is so large, not the head", async () => {
    const file = fixture("grey.avif");
    const view = new DataView(file.buffer);
    const size = Buffer.from(file).indexOf("ispe") + 8;
    for (const at of [size, size + 4]) view.setUint32(at, 64);
    expect(await refused(file)).toMatch(/AVIF is cut off or damaged/);
  });

  it("is left out of a data set, with the reason", async () => {
    const root = await mkdtemp(join(tmpdir(), "striate-hostile-"));
    try {
      for (const [name, count] of Object.entries({ a: 3, b: 3 })) {
        await mkdir(join(root, name));
        for (let i = 0; i < count; i++)
          await writeFile(join(root, name, `${i}.png`), png(8, new Uint8Array(72)));
      }
      await writeFile(join(root, "a", "3.avif"), fixture("grey.avif"));
      const set = await openDataset(root, { size: [8, 8] });
      const all = set.split("all");
      for await (const batch of all.batch(4)) expect(batch).toBeDefined();
      expect(set.skipped).toHaveLength(1);
      expect(set.skipped[0]!.reason).toMatch(/no whole photo/);
      await set.close();
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });
});

describe("striate's own decoders", () => {
  it("do not inflate more of a PNG than its pixels, nor what is no pixel", () => {
    const bomb = Buffer.alloc(64 * 2 ** 20);
    expect(() => decodePng(png(8, bomb))).toThrow(/holds more than its pixels/);
    const profile = chunk("iCCP", Buffer.concat([ascii("a\0\0"), deflateSync(bomb)]));
    expect(decodePng(png(8, new Uint8Array(72), profile))).toMatchObject({ width: 8, height: 8 });
  });

  it("do not go through runs of a BMP behind the end of its row", async () => {
    const runs = Buffer.alloc(4_000_002).fill(Buffer.from([255, 7]));
    runs.set([0, 1], 4_000_000);
    const image = await readImage(bmp(100, 2, runs));
    expect(image.data.subarray(0, 3)).toEqual(new Uint8Array(3));
  });
});
