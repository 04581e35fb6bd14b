import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { StriateError } from "../src/base/errors.ts";
import { defaultPreprocessing, prepareImage } from "../src/data/pictures/preprocess.ts";
import { type ReadImageOptions, readImage } from "../src/api/read-image.ts";
import { readNpz } from "./npz.ts";
import { describeShared, shared, sharedJson } from "./shared.ts";

interface Fixture {
  readonly file: string;
  readonly width: number;
  readonly height: number;
  readonly rgb: string;
}

/** Small files of every kind and Pillow's RGB, by fixtures/pictures.py. */
const fixtures = JSON.parse(
  readFileSync(new URL("../fixtures/data/pictures.json", import.meta.url), "utf8"),
) as Record<string, Fixture>;

const lossy = /jpeg|avif/i;

/** The largest difference between two lists of the same length. */
function farthest(got: ArrayLike<number>, want: ArrayLike<number>): number {
  expect(got.length).toBe(want.length);
  let most = 0;
  for (let i = 0; i < want.length; i++) {
    const apart = Math.abs(got[i]! - want[i]!);
    most = Number.isNaN(apart) ? Infinity : Math.max(most, apart);
  }
  return most;
}

/** Reads a picture that must be refused, and checks that it is refused as the house demands. */
async function refusal(path: string, name: string): Promise<string> {
  const error = await readImage(path).then(
    (image) => expect.fail(`${name} was read as ${image.origin.format}`),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StriateError);
  const { message } = error as StriateError;
  expect(message).toContain(name);
  expect(message).not.toContain("\n");
  expect(message.length).toBeLessThan(300 + path.length);
  return message;
}

describe("pictures of every kind, against Pillow", () => {
  it.each(Object.keys(fixtures))("%s", async (name) => {
    const fixture = fixtures[name]!;
    const image = await readImage(Buffer.from(fixture.file, "base64"), { decoder: "pillow" });
    expect([image.width, image.height]).toEqual([fixture.width, fixture.height]);
    const want = Buffer.from(fixture.rgb, "base64");
    expect(farthest(image.data, want)).toBeLessThanOrEqual(lossy.test(name) ? 2 : 0);
  });

  it("leaves a photo as it is stored when asked, as Keras does", async () => {
    const stored = Buffer.from(fixtures["PNG orientation 1"]!.file, "base64");
    const turned = Buffer.from(fixtures["PNG orientation 6"]!.file, "base64");
    const [upright, asStored] = [
      await readImage(stored),
      await readImage(turned, { orient: false }),
    ];
    expect(asStored.data).toEqual(upright.data);
    expect(asStored.origin).toMatchObject({ orientation: 6, oriented: false, steps: [] });
  });

  it("says what was done to the pixels", async () => {
    const steps = async (name: string) =>
      (await readImage(Buffer.from(fixtures[name]!.file, "base64"))).origin.steps;
    expect(await steps("png grey alpha")).toEqual(["grey to RGB", "alpha dropped"]);
    expect(await steps("png 16 bit grey")).toEqual(["16 bits to their high byte", "grey to RGB"]);
    expect(await steps("jpeg cmyk")).toEqual(["CMYK to RGB"]);
    expect(await steps("gif transparent")).toEqual([
      "first frame, palette to RGB",
      "alpha dropped",
    ]);
    expect(await steps("AVIF orientation 8")).toEqual([
      "turned left by 90 degrees (EXIF orientation 8)",
    ]);
  });

  it("decodes a JPEG as the resize that is meant to follow it would have it", async () => {
    const file = Buffer.from(fixtures["JPEG orientation 6"]!.file, "base64");
    const pixels = async (options: ReadImageOptions) => (await readImage(file, options)).data;
    const [tensorflow, pillow] = [
      await pixels({ decoder: "tensorflow" }),
      await pixels({ decoder: "pillow" }),
    ];
    expect(farthest(tensorflow, pillow)).toBeGreaterThan(2);
    expect(await pixels({})).toEqual(tensorflow);
    expect(await pixels({ resize: "nearest" })).toEqual(pillow);
  });

  it("says of a HEIC photo, which Node does not read, what to do, and names no kind that is not read", async () => {
    const { file } = JSON.parse(
      readFileSync(new URL("../fixtures/data/heic.json", import.meta.url), "utf8"),
    ) as { file: string };
    await expect(readImage(Buffer.from(file, "base64"))).rejects.toThrow(
      "the photo: is a HEIC picture, which is not read: save it as JPEG or PNG",
    );
    await expect(readImage(Buffer.from("a list of words"))).rejects.toThrow(
      "JPEG, PNG, WebP, GIF, TIFF, AVIF, BMP, ICO and PPM are read",
    );
  });

  it("decodes several AVIFs at a time", async () => {
    const names = [1, 2, 3, 4].map((orientation) => `AVIF orientation ${orientation}`);
    const images = await Promise.all(
      names.map((name) => readImage(Buffer.from(fixtures[name]!.file, "base64"))),
    );
    expect(images.map((image) => image.width)).toEqual(names.map((name) => fixtures[name]!.width));
  });
});

interface Golden {
  readonly file: string;
  readonly pillow: { readonly format?: string };
  readonly keras: {
    readonly values?: number[][];
    readonly mean?: number[];
    readonly error?: string;
  };
  readonly tf: { readonly values?: number[][]; readonly mean?: number[]; readonly error?: string };
}

/** Where the answer is not Keras' or TensorFlow's, and why. */
const otherAnswers: Readonly<Record<string, { keras?: string; tf?: string }>> = {
  "pillow/i_trns.png": { keras: "16-bit grey: Pillow clips to white, striate takes the high byte" },
  "sharp/grey-plus-alpha.gif": { tf: "transparent pixels: black in TensorFlow, else their colour" },
  "sharp/rotating-squares.gif": {
    tf: "transparent pixels: black in TensorFlow, else their colour",
  },
  "sharp/relax.jp2": { keras: "JPEG 2000 is not read: a sentence says so" },
  "pillow/hopper.qoi": { keras: "QOI is not read: a sentence says so" },
};

/** Files that Keras refuses and striate reads. */
const betterAnswers: Readonly<Record<string, string>> = {
  "pillow/truncated_end_chunk.png": "every pixel is there, only the end mark is cut off",
};

describeShared("golden/images.json", "the pixels of Pillow and TensorFlow, on real files", () => {
  const golden = sharedJson<Golden[]>("golden/images.json");
  const places = [6, 56, 106].flatMap((y) => [6, 56, 106].map((x) => [y, x] as const));
  const samples = [...places, [149, 0], [0, 149], [149, 149]] as const;
  const valuesOf = (data: ArrayLike<number>) =>
    samples.flatMap(([y, x]) => [0, 1, 2].map((c) => data[(y * 150 + x) * 3 + c]!));
  const meanOf = (data: ArrayLike<number>) => {
    const sums = [0, 0, 0];
    for (let i = 0; i < data.length; i++) sums[i % 3]! += data[i]!;
    return sums.map((sum) => sum / (150 * 150));
  };
  const isLossy = (one: Golden) => ["JPEG", "WEBP", "AVIF"].includes(one.pillow.format ?? "");

  it.each(golden.filter((one) => one.keras.values).map((one) => [one.file, one] as const))(
    "%s as load_img and as tf.image.resize",
    async (file, one) => {
      const path = shared(`images/${file}`);
      const other = otherAnswers[file];
      const unread = /is not read/.test(other?.keras ?? "");
      if (unread) {
        expect(await refusal(path, file)).toMatch(
          /is a (JPEG 2000|QOI) picture, which is not read/,
        );
        return;
      }
      const nearest = await readImage(path, { size: [150, 150], resize: "nearest", orient: false });
      const slack = isLossy(one) ? 2 : 0;
      const nearestDifference = Math.max(
        farthest(valuesOf(nearest.data), one.keras.values!.flat()),
        farthest(meanOf(nearest.data), one.keras.mean!) - 1e-3,
      );
      if (other?.keras) expect(nearestDifference, other.keras).toBeGreaterThan(slack);
      else expect(nearestDifference).toBeLessThanOrEqual(slack);
      if (!one.tf.values) return;
      const photo = await readImage(path, { orient: false });
      const size = [150, 150] as const;
      const { data } = prepareImage(photo, { ...defaultPreprocessing, size });
      const difference = Math.max(
        farthest(valuesOf(data), one.tf.values.flat()),
        farthest(meanOf(data), one.tf.mean!),
      );
      const bilinearSlack = isLossy(one) ? 2 / 255 : 1e-3;
      if (other?.tf) expect(difference, other.tf).toBeGreaterThan(bilinearSlack);
      else expect(difference).toBeLessThanOrEqual(bilinearSlack);
    },
  );

  it.each(golden.filter((one) => one.keras.error).map((one) => one.file))(
    "%s, which Keras refuses, gets one sentence or a better answer",
    async (file) => {
      const path = shared(`images/${file}`);
      if (betterAnswers[file]) {
        const image = await readImage(path);
        const whole = await readImage(shared("images/broken/png_named_as.jpg"));
        expect(image.data, betterAnswers[file]).toEqual(whole.data);
      } else await refusal(path, file);
    },
  );
});

describeShared("images/broken", "files that are no pictures, or not what their name says", () => {
  const words: Record<string, string | undefined> = {
    "h5_named_as.jpg": "HDF5",
    "html_page_renamed.png": "web page",
    "plain_text_renamed.jpg": "text file",
    "zero_bytes.jpg": "empty",
    "jpeg_named_as.png": undefined,
    "png_named_as.jpg": undefined,
  };

  it("covers every file of the folder", () => {
    expect(readdirSync(shared("images/broken")).sort()).toEqual(Object.keys(words).sort());
  });

  it.each(Object.entries(words))("%s: %s", async (file, word) => {
    const path = shared(`images/broken/${file}`);
    if (word) expect(await refusal(path, file)).toContain(word);
    else {
      const image = await readImage(path);
      expect(image.origin.format).toBe(file.startsWith("jpeg") ? "JPEG" : "PNG");
      expect([image.width, image.height]).toEqual([128, 128]);
    }
  });
});

describe("paths that hold no photo", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "striate-images-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("says that a folder is a folder and that a file is missing", async () => {
    expect(await refusal(folder, folder)).toContain("got a folder");
    expect(await refusal(join(folder, "gone.jpg"), "gone.jpg")).toContain("no such file");
  });

  it("refuses a picture that is cut off, at whatever byte", async () => {
    for (const name of [
      "PNG orientation 1",
      "JPEG orientation 6",
      "AVIF orientation 1",
      "gif",
      "bmp 24 bit",
      "tiff",
      "webp lossless alpha",
      "ico bmp",
    ]) {
      const whole = Buffer.from(fixtures[name]!.file, "base64");
      for (const share of [0.05, 0.3, 0.6, 0.9]) {
        const path = join(folder, "cut");
        await writeFile(path, whole.subarray(0, Math.floor(whole.length * share)));
        const image = await readImage(path).catch((error: unknown) => error);
        if (!(image instanceof StriateError)) expect.fail(`${name} at ${share} was read`);
        expect(image.message).toMatch(/^\S*cut: [^\n]+$/);
      }
    }
  });

  it("refuses a header that asks for more pixels than are read, for every format with a header", async () => {
    const path = join(folder, "huge");
    for (const [name, at, value] of [
      ["PNG orientation 1", 16, [0x05, 0xcc, 0x92, 0xef, 0x00, 0x01, 0x99, 0xb1]],
      ["bmp 24 bit", 18, [0xff, 0xff, 0xff, 0x0f, 0xff, 0xff, 0, 0]],
      ["gif", 6, [0xff, 0xff, 0xff, 0xff]],
    ] as const) {
      const file = Buffer.from(fixtures[name]!.file, "base64");
      file.set(value, at);
      await writeFile(path, file);
      expect(await refusal(path, "huge")).toMatch(/too large: its header says \d+ x \d+ pixels/);
    }
  });
});

describeShared("cases/19_resize", "case 19: three answers to a resize", () => {
  it("gives TensorFlow's bilinear and nearest and Pillow's nearest, each by its name", async () => {
    const expected = readNpz(await readFile(shared("cases/19_resize/expected.npz")));
    const photo = shared("cases/19_resize/photo_13x9.png");
    for (const key of ["bilinear_5x6", "bilinear_12x20", "nearest_5x6", "pil_nearest_5x6"]) {
      const [, method, height, width] = /(bilinear|nearest)_(\d+)x(\d+)/.exec(key)!;
      const resize = method as "bilinear" | "nearest";
      const image = await readImage(photo, { size: [Number(height), Number(width)], resize });
      expect(expected[key]!.shape, key).toEqual([Number(height), Number(width), 3]);
      const { data } = expected[key]!;
      // Bytes are exact; floats within 1e-5 of max(1, |value|).
      const slack = resize === "nearest" ? 0 : 1e-5 * 255;
      expect(farthest(image.data, data), key).toBeLessThanOrEqual(slack);
    }
    const image = await readImage(photo, { size: [5, 6] });
    expect(image.origin.steps).toEqual(["resized to 5 x 6 (bilinear)"]);
    expect(farthest(image.data, expected["pil_bilinear_5x6"]!.data)).toBeGreaterThan(1);
  });
});

describeShared("cases/20_channels_and_depth", "case 20: channels and depth", () => {
  const pixels = (r: number, g: number, b: number) => Array.from({ length: 12 }, () => [r, g, b]);
  it.each([
    ["rgba.png", pixels(200, 100, 50)],
    ["grey_alpha.png", pixels(90, 90, 90)],
    ["grey.jpg", pixels(90, 90, 90)],
    ["palette_transparent.png", pixels(10, 200, 30)],
    ["bilevel.png", pixels(255, 255, 255)],
    ["grey16.png", [0, 21, 42, 63, 85, 106, 127, 149, 170, 191, 213, 234].map((v) => [v, v, v])],
  ])("%s", async (file, want) => {
    const image = await readImage(shared(`cases/20_channels_and_depth/${file}`));
    expect([image.height, image.width]).toEqual([3, 4]);
    expect([...image.data]).toEqual(want.flat());
  });
});
