import { describe, expect, it } from "vitest";
import { type ByteImage, lumaOf, orientImage } from "./image.ts";
import {
  defaultPreprocessing,
  describePreprocessing,
  parsePreprocessing,
  prepareImage,
  prepareImages,
} from "./preprocess.ts";
import { parseScale } from "./scale.ts";

function photo(height: number, width: number, data: number[], orientation = 1): ByteImage {
  const origin = {
    name: "rocky.jpg",
    format: "PNG",
    storedSize: [height, width],
    orientation,
    oriented: false,
    steps: [],
  } as const;
  return { height, width, data: Uint8Array.from(data), origin };
}

const twoPixels = photo(1, 2, [0, 51, 255, 102, 204, 10]);
const prepared = (scale: string, layout: "NHWC" | "NCHW" = "NHWC") => [
  ...prepareImage(twoPixels, { ...defaultPreprocessing, scale }, layout).data,
];

describe("scaling", () => {
  it("divides by 255 as float32 does", () => {
    expect(prepared("1/255")).toEqual([0, 51, 255, 102, 204, 10].map((v) => Math.fround(v / 255)));
    expect(prepared("0..1")).toEqual(prepared("1/255"));
  });

  it("leaves the values alone for a network that scales by itself", () => {
    expect(prepared("none")).toEqual([0, 51, 255, 102, 204, 10]);
  });

  it("takes any divisor", () => {
    expect(prepared("1/2")).toEqual([0, 25.5, 127.5, 51, 102, 5]);
  });

  it("knows the conventions of keras.applications and torchvision", () => {
    const near = (got: number[], want: number[]) =>
      want.forEach((value, i) => expect(got[i]).toBeCloseTo(value, 5));
    near(prepared("-1..1"), [-1, -0.6, 1, -0.2, 0.6, -0.9215686]);
    near(prepared("imagenet"), [-2.117904, -1.142857, 2.64, -0.371179, 1.535714, -1.630153]);
    near(prepared("caffe"), [151.061, -65.779, -123.68, -93.939, 87.221, -21.68]);
  });

  it("lays planes side by side for NCHW", () => {
    expect(prepared("none", "NCHW")).toEqual([0, 102, 51, 204, 255, 10]);
    expect(prepared("caffe", "NCHW")[0]).toBeCloseTo(151.061, 4);
  });

  it("names the nearest scaling when one is not known", () => {
    expect(() => parseScale("imagnet")).toThrow('did you mean "imagenet"?');
    expect(() => parseScale("1/0")).toThrow("not known");
    expect(() => parseScale("toString")).toThrow("not known");
  });
});

describe("prepareImage", () => {
  it("gives a grey network the luma that Pillow computes, before it resizes", () => {
    const how = { ...defaultPreprocessing, scale: "none", channels: 1 } as const;
    // Image.convert("L") of the two pixels: 59 and 151.
    expect(prepareImage(twoPixels, how)).toEqual({
      type: "float32",
      shape: [1, 1, 2, 1],
      data: Float32Array.of(59, 151),
    });
    const wide = prepareImage(twoPixels, { ...how, size: [1, 4], resize: "bilinear" }, "NCHW");
    expect(wide.shape).toEqual([1, 1, 1, 4]);
    expect([...wide.data]).toEqual([59, 82, 128, 151]);
    expect(() => prepareImage(twoPixels, { ...how, scale: "caffe" })).toThrow("grey");
  });

  it("does not resize what has the size already", () => {
    const how = { ...defaultPreprocessing, size: [1, 2], scale: "none" } as const;
    expect([...prepareImage(twoPixels, how).data]).toEqual([...twoPixels.data]);
  });

  it("makes one batch of several photos and refuses a mix of sizes", () => {
    expect(prepareImages([twoPixels, twoPixels]).shape).toEqual([2, 1, 2, 3]);
    const other = photo(1, 1, [1, 2, 3]);
    expect(() => prepareImages([twoPixels, other])).toThrow(/^rocky.jpg: 1 x 1 pixels, .* 1 x 2/);
    const how = { ...defaultPreprocessing, size: [1, 1] } as const;
    expect(prepareImages([twoPixels, other], how).shape).toEqual([2, 1, 1, 3]);
  });

  it("leaves the photo unchanged", () => {
    prepared("imagenet");
    expect([...twoPixels.data]).toEqual([0, 51, 255, 102, 204, 10]);
  });
});

describe("the preprocessing record", () => {
  it("survives JSON and says in one line what was done", () => {
    const how = { ...defaultPreprocessing, size: [150, 150], scale: "-1..1" } as const;
    const stored = JSON.parse(JSON.stringify(how)) as Record<string, unknown>;
    expect(parsePreprocessing(stored)).toEqual(how);
    expect(describePreprocessing(how)).toBe(
      "resized to 150 x 150 (bilinear); x / 127.5 - 1; EXIF orientation applied",
    );
  });

  it("fills up what is missing and refuses what has no meaning", () => {
    expect(parsePreprocessing({ size: null })).toEqual({});
    expect(() => parsePreprocessing({ size: [0, 5] })).toThrow('"size" is [0,5]');
    expect(() => parsePreprocessing({ scale: "x" })).toThrow("not known");
    expect(() => parsePreprocessing({ resize: "cubic" })).toThrow("bilinear or nearest");
    expect(() => parsePreprocessing({ channels: 4 })).toThrow("expected 1 or 3");
  });
});

describe("orientImage", () => {
  // Pixels a b c over d e f; what each orientation makes of them by the EXIF drawing of the letter F.
  const letters = "abcdef";
  const data = [...letters].flatMap((letter) => [letter.charCodeAt(0), 0, 0]);
  it.each([
    [1, "abc def"],
    [2, "cba fed"],
    [3, "fed cba"],
    [4, "def abc"],
    [5, "ad be cf"],
    [6, "da eb fc"],
    [7, "fc eb da"],
    [8, "cf be ad"],
  ])("turns orientation %i upright", (orientation, want) => {
    const turned = orientImage(photo(2, 3, data, orientation));
    const rows = want.split(" ");
    expect([turned.height, turned.width]).toEqual([rows.length, rows[0]!.length]);
    const got = [...turned.data].filter((_, i) => i % 3 === 0);
    expect(String.fromCharCode(...got)).toBe(rows.join(""));
    expect(orientImage(turned)).toBe(turned);
  });
});

describe("lumaOf", () => {
  it("rounds bytes as Pillow does and leaves floats unrounded", () => {
    expect([...lumaOf(twoPixels)]).toEqual([59, 151]);
    const floats = { ...twoPixels, data: Float32Array.from(twoPixels.data) };
    expect(lumaOf(floats)[0]).toBeCloseTo(59.0073, 3);
  });
});
