import { expect, test } from "vitest";
import { colormap } from "../../plot/colormap.ts";
import type { ImageMark, Mark } from "../../plot/picture.ts";
import { mapStatistics } from "../map-statistics.ts";
import { drawVectors } from "./draw-vectors.ts";

const layer = (rows: number, columns: number) => {
  const values = Float32Array.from({ length: rows * columns }, (_, i) => i);
  const statistics = mapStatistics(values, { channels: rows, height: 1, width: columns });
  const shape = rows === 1 ? [1, columns] : [1, columns, rows];
  return { address: "x", className: "X", shape, statistics, rows, columns, values };
};
const flat = (marks: readonly Mark[]): Mark[] =>
  marks.flatMap((mark) => (mark.kind === "group" ? flat(mark.marks) : mark));
const drawn = (rows: number, columns: number) => {
  const marks = flat(drawVectors(layer(rows, columns)).marks);
  const images = marks.filter((mark): mark is ImageMark => mark.kind === "image").slice(1);
  const words = marks.flatMap((mark) => (mark.kind === "text" ? mark.text : []));
  return { images, words };
};

test.each([1, 24, 100, 5000])("%i units: each is drawn once, in order, on one scale", (units) => {
  const { images, words } = drawn(1, units);
  const all = images.flatMap(({ raster }) => [...raster.data]);
  expect(all).toHaveLength(units);
  expect(all).toEqual([...all].sort((a, b) => a - b));
  expect(images[0]!.raster.palette).toEqual(colormap("viridis").table);
  expect(words).toContain("unit 0");
});

test("few units bear their values", () => {
  expect(drawn(1, 3).words).toEqual(expect.arrayContaining(["0", "1", "2"]));
});

test("a 1-D layer is a carpet: a row for each channel, a column for each step", () => {
  const { images, words } = drawn(4, 30);
  expect(images.map(({ raster: { width, height } }) => [width, height])).toEqual([[30, 4]]);
  expect(words.join(" ")).toContain("4 channels from the top, each with its 30 steps");
});

test("a trace for each of the channels that change most, broken where a value is not finite", () => {
  const made = layer(20, 30);
  made.values[7 * 30 + 10] = NaN;
  for (let i = 0; i < 30; i++) made.values[7 * 30 + i]! *= 10;
  const statistics = mapStatistics(made.values, { channels: 20, height: 1, width: 30 });
  const marks = flat(drawVectors({ ...made, statistics }).marks);
  const words = marks.flatMap((mark) => (mark.kind === "text" ? mark.text : []));
  expect(words).toContain("7");
  expect(marks.filter((mark) => mark.kind === "path" && mark.path.length > 5)).toHaveLength(13);
  expect(words.join(" ")).toContain("the 12 channels that change most");
});

test("units that are classes bear their names: all of a few, the highest of many", () => {
  const named = (units: number) => {
    const names = Array.from({ length: units }, (_, i) => `class ${i} of them`);
    const marks = flat(drawVectors({ ...layer(1, units), names }).marks);
    return marks.flatMap((mark) => (mark.kind === "text" ? mark.text : []));
  };
  expect(named(3)).toEqual(expect.arrayContaining(["class 0 of them", "class 2 of them"]));
  expect(named(100)).toContain("class 99 of them (unit 99): 99");
  expect(named(100).join(" ")).not.toContain("class 3 of them");
});

test("of a 1-D layer only the chosen channels are drawn", () => {
  const picture = drawVectors(layer(20, 30), { chosen: { maps: [4, 2], words: "Drawn: two." } });
  const marks = flat(picture.marks);
  const carpet = marks.filter((mark): mark is ImageMark => mark.kind === "image")[1]!;
  expect([carpet.raster.width, carpet.raster.height]).toEqual([30, 2]);
  expect(picture.description).toContain("Drawn: two.");
});
