import { expect, test } from "vitest";
import { colormap } from "../plot/colormap.ts";
import type { Mark, Picture, TextMark } from "../plot/picture.ts";
import { combineRanges } from "../plot/range.ts";
import { type Raster, toRgb } from "../plot/raster.ts";
import { rasterize } from "../plot/rasterize.ts";
import { toSvg } from "../plot/svg.ts";
import { textWidth } from "../plot/text.ts";
import { type FeatureMapsOptions, type FeatureMaps, drawFeatureMaps } from "./feature-maps.ts";
import { layerRange } from "./map-scale.ts";
import { mapStatistics, toPlanes } from "./map-statistics.ts";

/** The tensor of the cases: value[0, y, x, c] = 100 c + 5 y + x, 6 high, 5 wide. */
const caseValue = (c: number, y: number, x: number) => 100 * c + 5 * y + x;

function layerOf(
  channels: number,
  value: (c: number, y: number, x: number) => number = caseValue,
  height = 6,
  width = 5,
): FeatureMaps & { values: Float32Array } {
  const values = new Float32Array(channels * height * width);
  for (let c = 0, i = 0; c < channels; c++)
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) values[i++] = value(c, y, x);
  const shape = [1, height, width, channels];
  return { address: "conv", className: "Conv2D", shape, channels, height, width, values };
}

/** The colour that matplotlib's rule gives a value. */
function colorOf(value: number, low: number, high: number, name = "viridis"): number[] {
  const index = Math.max(0, Math.min(255, Math.floor(((value - low) / (high - low)) * 256)));
  return [...colormap(name).table.subarray(index * 3, index * 3 + 3)];
}

/** The pixels a map must have: every value a block of `zoom` x `zoom`. */
function blockOf(layer: FeatureMaps, c: number, zoom: number, low: number, high: number): Raster {
  const width = layer.width * zoom;
  const height = layer.height * zoom;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at += 3) {
      const i = (c * layer.height + Math.floor(y / zoom)) * layer.width + Math.floor(x / zoom);
      data.set(colorOf(layer.values[i]!, low, high), at);
    }
  return { width, height, channels: 3, data };
}

/** Every place at which a picture holds exactly these pixels. */
function find(block: Raster, picture: Raster): { x: number; y: number }[] {
  const places: { x: number; y: number }[] = [];
  const row = block.width * 3;
  const first = Buffer.from(block.data.subarray(0, row));
  const all = Buffer.from(picture.data);
  for (let at = all.indexOf(first); at >= 0; at = all.indexOf(first, at + 1)) {
    if (at % 3 !== 0) continue;
    const x = (at / 3) % picture.width;
    const y = Math.floor(at / 3 / picture.width);
    let same = x + block.width <= picture.width && y + block.height <= picture.height;
    for (let dy = 1; same && dy < block.height; dy++) {
      const from = at + dy * picture.width * 3;
      same = block.data
        .subarray(dy * row, (dy + 1) * row)
        .every((byte, i) => byte === picture.data[from + i]);
    }
    if (same) places.push({ x, y });
  }
  return places;
}

interface Placed<M extends Mark> {
  mark: M;
  x: number;
  y: number;
}

/** All marks of a kind, where they lie on the picture. */
function marksOf<K extends Mark["kind"]>(
  marks: readonly Mark[],
  kind: K,
  x = 0,
  y = 0,
): Placed<Extract<Mark, { kind: K }>>[] {
  return marks.flatMap((mark) => {
    if (mark.kind === "group") return marksOf(mark.marks, kind, x + mark.x, y + mark.y);
    if (mark.kind !== kind) return [];
    const here = "path" in mark ? { x, y } : { x: x + mark.x, y: y + mark.y };
    return [{ mark: mark as Extract<Mark, { kind: K }>, ...here }];
  });
}

const textsOf = (picture: Picture) => marksOf(picture.marks, "text");
const wordsOf = (picture: Picture) => textsOf(picture).map(({ mark }) => mark.text);
const allWords = (picture: Picture) => wordsOf(picture).join(" ");
const numberOf = (text: string) => Number(text.replace("−", "-").replace("±", ""));
/** The images of the cells: all but the legend's, which comes first. */
const cellsOf = (picture: Picture) => marksOf(picture.marks, "image").slice(1);

test.each([8, 16, 20])(
  "case 1: all %i maps are there, in rows of 16, in either layout",
  (channels) => {
    const layer = layerOf(channels);
    const size = { channels, height: 6, width: 5 };
    const nhwc = new Float32Array(layer.values.length);
    for (let c = 0; c < channels; c++)
      for (let y = 0; y < 6; y++)
        for (let x = 0; x < 5; x++) nhwc[(y * 5 + x) * channels + c] = caseValue(c, y, x);
    const last = 100 * (channels - 1) + 29;
    for (const zoom of [1, 11]) {
      const options: FeatureMapsOptions = { scaleMode: "layer", zoom, columns: 16 };
      const picture = drawFeatureMaps(layer, options);
      const values = toPlanes(nhwc, size, [1, 5 * channels, channels]);
      expect(drawFeatureMaps({ ...layer, values }, options)).toEqual(picture);
      const pixels = rasterize(picture);
      const places = Array.from({ length: channels }, (_, c) => {
        const found = find(blockOf(layer, c, zoom, 0, last), pixels);
        expect(found, `map ${c} at zoom ${zoom}`).toHaveLength(1);
        return found[0]!;
      });
      places.forEach(({ x, y }, c) => {
        expect(x).toBe(places[c % 16]!.x);
        expect(y).toBe(places[16 * Math.floor(c / 16)]!.y);
        if (c % 16 > 0) expect(x).toBeGreaterThanOrEqual(places[c - 1]!.x + 5 * zoom);
        if (c >= 16) expect(y).toBeGreaterThanOrEqual(places[c - 16]!.y + 6 * zoom);
      });
      expect(allWords(picture)).toContain(`${channels} maps of 6×5`);
    }
  },
);

test("case 1: cells of the last row that no map needs are paper", () => {
  const picture = drawFeatureMaps(layerOf(20), { zoom: 10, columns: 16 });
  const cells = cellsOf(picture);
  const { data, width } = rasterize(picture);
  const left = cells[19]!.x + 51;
  for (let y = cells[19]!.y; y < cells[19]!.y + 60; y++) {
    const rest = data.subarray((y * width + left) * 3, (y + 1) * width * 3);
    expect(rest.length).toBeGreaterThan(12 * 60 * 3);
    expect(rest.every((byte) => byte === 255)).toBe(true);
  }
});

/** Case 7's tensor, and a copy to see that it stays as it was. */
function case7() {
  const layer = layerOf(16);
  const plane = (c: number) => layer.values.subarray(c * 30, (c + 1) * 30);
  plane(3).fill(0);
  plane(5).fill(2.5);
  plane(7)[4] = NaN;
  plane(9)[11] = Infinity;
  plane(11).fill(-1e-30);
  return { layer, before: layer.values.slice() };
}

test("case 7: dead, constant and non-finite maps are marked, counted and spoil nothing", () => {
  const { layer, before } = case7();
  for (const scaleMode of ["map", "layer"] as const) {
    const picture = drawFeatureMaps(layer, { scaleMode });
    expect(layer.values).toEqual(before);
    const words = allWords(picture);
    expect(words).toContain("16 maps of 6×5");
    expect(words).toContain("1 of 16 dead (all zero): 3.");
    expect(words).toContain("2 of 16 constant: 5, 11.");
    expect(words).toContain("1 NaN value in map 7; 1 infinite value in map 9");
    expect(wordsOf(picture).filter((word) => word === "dead")).toHaveLength(1);
    expect(wordsOf(picture).filter((word) => word === "constant")).toHaveLength(2);
    expect(wordsOf(picture)).toContain("NaN");
    expect(wordsOf(picture)).toContain("Inf");
    // Marked by a pattern, too: one path for each of the five maps.
    expect(marksOf(picture.marks, "path")).toHaveLength(5);

    // One colour for each constant map, the lowest for the dead one.
    const cells = cellsOf(picture).map(({ mark }) => toRgb(mark.raster).data);
    for (const c of [3, 5, 11]) {
      const colors = new Set(Array.from({ length: 30 }, (_, i) => cells[c]!.subarray(i * 3, i * 3 + 3).join())); // prettier-ignore
      expect(colors.size).toBe(1);
    }
    expect([...cells[3]!.subarray(0, 3)]).toEqual(colorOf(0, 0, 1));

    // Not finite: a colour of no colormap, in these two pixels and nowhere else.
    const strange = cells.map((data) => Array.from({ length: 30 }, (_, i) => data.subarray(i * 3, i * 3 + 3).join()).flatMap((color, i) => (color === "255,0,230" ? [i] : []))); // prettier-ignore
    expect(strange[7]).toEqual([4]);
    expect(strange[9]).toEqual([11]);
    expect(strange.flat()).toHaveLength(2);

    // The other values of these maps, and all other maps, have the colours of the finite range.
    for (const c of [0, 7, 9, 15])
      for (let i = 0; i < 30; i++) {
        const value = layer.values[c * 30 + i]!;
        if (!Number.isFinite(value)) continue;
        const high = c === 7 ? 729 : 100 * c + 29;
        const want = scaleMode === "map" ? colorOf(value, 100 * c, high) : colorOf(value, -1e-30, 1529); // prettier-ignore
        expect([...cells[c]!.subarray(i * 3, i * 3 + 3)]).toEqual(want);
      }
  }
});

test("a layer of nothing but NaN, and one of nothing but zeros, are still pictures", () => {
  for (const fill of [NaN, Infinity, 0, 3]) {
    const layer = layerOf(4, () => fill);
    for (const scaleMode of ["map", "layer"] as const) {
      const { data } = rasterize(drawFeatureMaps(layer, { scaleMode }));
      expect(data.length).toBeGreaterThan(0);
    }
  }
  expect(allWords(drawFeatureMaps(layerOf(4, () => 0)))).toContain("4 of 4 dead");
});

/** A layer with exact decimal numbers, from 0 in each map to (c + 1) / 4. */
const positive = layerOf(5, (c, y, x) => ((c + 1) * (5 * y + x)) / (29 * 4));
/** Both signs: from -(c + 1) / 4 to (c + 1) / 8. */
const signed = layerOf(5, (c, y, x) => ((c + 1) * (5 * y + x - 20)) / 80);

/** The numbers at the two ends of the legend's bar, as they stand on the picture. */
function legendEnds(picture: Picture): [low: string, high: string] {
  const bar = marksOf(picture.marks, "image")[0]!;
  const near = (test: (text: Placed<TextMark>) => boolean) =>
    textsOf(picture).filter((text) => Math.abs(text.y - bar.y) < 14 && test(text));
  const [low] = near(({ x, mark }) => x + textWidth(mark.text, mark) <= bar.x);
  const [high] = near(({ x }) => x >= bar.x + bar.mark.width);
  return [low!.mark.text, high!.mark.text];
}

test.each([
  ["layer", undefined],
  ["network", { low: -0.5, high: 2 }],
  ["photos", { low: -3, high: 2.5 }],
] as const)("mode %s: the legend's numbers are those of the drawn colours", (scaleMode, range) => {
  for (const layer of [positive, signed]) {
    const picture = drawFeatureMaps(layer, { scaleMode, range });
    const [low, high] = legendEnds(picture).map(numberOf) as [number, number];
    const name = low < 0 ? "coolwarm" : "viridis";
    if (low < 0) expect(low).toBe(-high);
    if (range) expect(high).toBe(Math.max(range.high, -range.low));
    expect(toRgb(marksOf(picture.marks, "image")[0]!.mark.raster).data).toEqual(colormap(name).table); // prettier-ignore
    cellsOf(picture).forEach(({ mark }, c) => {
      const { data } = toRgb(mark.raster);
      for (let i = 0; i < 30; i++)
        expect([...data.subarray(i * 3, i * 3 + 3)]).toEqual(colorOf(layer.values[c * 30 + i]!, low, high, name)); // prettier-ignore
    });
    expect(allWords(picture)).toContain(`${name}, one scale for`);
  }
});

test("mode map: no bar with numbers; words give the span, and each map its own end", () => {
  for (const [layer, name] of [
    [positive, "viridis"],
    [signed, "coolwarm"],
  ] as const) {
    // prettier-ignore
    const picture = drawFeatureMaps(layer, { zoom: 12 });
    expect(legendEnds(picture)).toEqual(name === "viridis" ? ["low", "high"] : ["−peak", "+peak"]);
    expect(allWords(picture)).toContain(
      name === "viridis"
        ? "viridis, each map on its own scale: low 0, high 0.25 to 1.25 (written above it)"
        : "coolwarm, each map on its own scale about zero: peak 0.25 to 1.25 (written above it)",
    );
    cellsOf(picture).forEach(({ mark, x, y }, c) => {
      const above = textsOf(picture).filter(
        (text) => text.y < y && text.y > y - 12 && text.x > x && text.x <= x + mark.width,
      );
      expect(above.map((text) => numberOf(text.mark.text))).toEqual([
        Number(((c + 1) / 4).toPrecision(2)),
      ]);
      const high = (c + 1) / 4;
      const { data } = toRgb(mark.raster);
      for (let i = 0; i < 30; i++)
        expect([...data.subarray(i * 3, i * 3 + 3)]).toEqual(
          colorOf(layer.values[c * 30 + i]!, name === "viridis" ? 0 : -high, high, name),
        );
    });
  }
});

test("where no map has a range, the legend says so", () => {
  const picture = drawFeatureMaps(layerOf(3, (c) => c));
  expect(allWords(picture)).toContain("each map on its own scale: none has a range");
  expect(allWords(picture)).toContain("2 of 3 constant: 1, 2.");
});

test("maps of one value share a scale, for they have none of their own, and are not constant", () => {
  const picture = drawFeatureMaps(layerOf(5, (c) => c, 1, 1));
  expect(legendEnds(picture)).toEqual(["0", "4"]);
  expect(allWords(picture)).toContain("one scale for this layer");
  expect(allWords(picture)).not.toContain("constant");
  const colors = cellsOf(picture).map(({ mark }) => toRgb(mark.raster).data.join());
  expect(colors).toEqual([0, 1, 2, 3, 4].map((value) => colorOf(value, 0, 4).join()));
});

test("zero is in the middle of the colours, however lopsided signed data is", () => {
  const lopsided = layerOf(2, (c, y, x) => (c === 0 ? x - 1 : -100 * y));
  const middle = [...colormap("coolwarm").table.subarray(128 * 3, 128 * 3 + 3)];
  for (const scaleMode of ["map", "layer"] as const) {
    const [first, second] = cellsOf(drawFeatureMaps(lopsided, { scaleMode }));
    expect([...toRgb(first!.mark.raster).data.subarray(3, 6)]).toEqual(middle);
    expect([...toRgb(second!.mark.raster).data.subarray(0, 3)]).toEqual(middle);
  }
});

test("a colormap that the user names is used as it is: viridis from low to high, even for signed data", () => {
  const picture = drawFeatureMaps(signed, { scaleMode: "layer", colormap: "viridis" });
  expect(legendEnds(picture)).toEqual(["−1.25", "0.5625"]);
});

test("values outside a given range get the end colours, and the legend says so", () => {
  const picture = drawFeatureMaps(positive, { scaleMode: "network", range: { low: 0, high: 0.5 } });
  expect(allWords(picture)).toContain("values outside it have the end colours");
  expect(allWords(drawFeatureMaps(positive, { scaleMode: "layer" }))).not.toContain("outside");
});

test("the range of several layers is that of all their finite values", () => {
  const ranges = [positive, signed].map((layer) => layerRange(mapStatistics(layer.values, layer)));
  expect(combineRanges(ranges)).toEqual({ low: -1.25, high: 1.25 });
  expect(() => drawFeatureMaps(positive, { scaleMode: "network" })).toThrow(
    'scale mode "network" needs the range of all its layers',
  );
});

test.each([1, 3, 17, 100, 512])(
  "%i maps: every cell is there, numbered, none over another",
  (n) => {
    for (const columns of [16, "auto", 7] as const) {
      const picture = drawFeatureMaps(layerOf(n, caseValue, 4, 4), { columns });
      const cells = cellsOf(picture);
      expect(cells).toHaveLength(n);
      expect(new Set(cells.map(({ x, y }) => `${x} ${y}`)).size).toBe(n);
      for (const { x, y, mark } of cells) {
        expect(mark.width).toBe(64);
        expect(x + mark.width).toBeLessThanOrEqual(picture.width - 28);
        expect(y + mark.height).toBeLessThanOrEqual(picture.height - 28);
      }
      const words = new Set(wordsOf(picture));
      for (let c = 0; c < n; c++) expect(words.has(String(c))).toBe(true);
      expect(allWords(picture)).toContain(n === 1 ? "1 map of 4×4" : `${n} maps of 4×4`);
    }
  },
);

test("no text is cut off or over another, whatever is on the picture", () => {
  const { layer } = case7();
  const long = { ...layer, address: "backbone/stage_4/block_17/depthwise_convolution_with_a_name" };
  for (const drawn of [
    drawFeatureMaps(layer),
    drawFeatureMaps(long, { columns: 2, theme: "dark" }),
    drawFeatureMaps(layerOf(3, caseValue, 200, 3)),
    drawFeatureMaps(
      layerOf(130, (c) => c - 60, 1, 1),
      { columns: "auto" },
    ),
    drawFeatureMaps(signed, { numbers: false, note: "A photo with a long name.jpg." }),
  ]) {
    const boxes = textsOf(drawn).map(({ mark, x, y }) => {
      const width = textWidth(mark.text, mark);
      const left = x - (mark.anchor === "end" ? width : mark.anchor === "middle" ? width / 2 : 0);
      return { text: mark.text, left, right: left + width, top: y - mark.size * 0.75, bottom: y };
    });
    for (const { left, right, top, bottom } of boxes) {
      expect(left).toBeGreaterThanOrEqual(0);
      expect(right).toBeLessThanOrEqual(drawn.width);
      expect(top).toBeGreaterThanOrEqual(0);
      expect(bottom).toBeLessThanOrEqual(drawn.height);
    }
    // Expectations only where one fails: there are thousands of pairs.
    boxes.forEach((a, i) =>
      boxes.slice(i + 1).forEach((b) => {
        const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top; // prettier-ignore
        if (!apart) expect.fail(`"${a.text}" lies over "${b.text}"`);
      }),
    );
    for (const { mark, x, y } of cellsOf(drawn))
      for (const box of boxes) {
        const covers = box.right > x && box.left < x + mark.width && box.bottom > y && box.top < y + mark.height; // prettier-ignore
        if (covers) expect.fail(`"${box.text}" covers a map`);
      }
  }
});

test("the title has layer, class and shape; without numbers there are none", () => {
  const picture = drawFeatureMaps(layerOf(3), { numbers: false });
  expect(wordsOf(picture)).toEqual(expect.arrayContaining(["conv", "Conv2D  (1, 6, 5, 3)"]));
  expect(wordsOf(picture)).not.toContain("0");
  expect(picture.description).toContain("Colours: viridis, each map on its own scale");
});

test("in SVG the words stay words, and every map is an image of its own", () => {
  const { layer } = case7();
  const svg = toSvg(drawFeatureMaps(layer));
  expect(svg.match(/<image /g)).toHaveLength(17);
  expect(svg).toContain(">1 NaN value in map 7; 1 infinite value in map 9.<".slice(1, -1));
  expect(svg).toMatch(/<text [^>]*>dead<\/text>/);
  expect(svg).toContain("<title>map 7, NaN: 700 to 729, mean 715, 0 % zero</title>");
});

test("same input, same picture, same bytes", () => {
  const draw = () => drawFeatureMaps(case7().layer, { scaleMode: "layer" });
  expect(toSvg(draw())).toBe(toSvg(draw()));
  expect(Buffer.compare(rasterize(draw()).data, rasterize(draw()).data)).toBe(0);
});

test("a layer too large for a picture is drawn smaller, and says so", () => {
  const layer = layerOf(3, (c, y, x) => (c === 1 && y === 5 && x === 7 ? NaN : c), 4000, 4000);
  const picture = drawFeatureMaps(layer);
  const cells = cellsOf(picture);
  expect(cells.map(({ mark }) => mark.raster.width)).toEqual([2000, 2000, 2000]);
  expect(allWords(picture)).toContain("reduced to 1/2 by averaging");
  // The one NaN is still there.
  expect([...cells[1]!.mark.raster.data.subarray((2 * 2000 + 3) * 3, (2 * 2000 + 3) * 3 + 3)]).toEqual([255, 0, 230]); // prettier-ignore
});

test("what cannot be drawn is said in words", () => {
  const layer = layerOf(2);
  expect(() => drawFeatureMaps({ ...layer, channels: 0, values: new Float32Array() })).toThrow(
    'layer "conv": 0 maps of 6x5 cannot be drawn',
  );
  expect(() => drawFeatureMaps({ ...layer, channels: 3 })).toThrow("hold 90 values, got 60");
  expect(() => drawFeatureMaps(layer, { columns: 0 })).toThrow("columns: expected a whole number");
  expect(() => drawFeatureMaps(layer, { colormap: "jet" })).toThrow('no colormap "jet"');
});

test("by default a page is at most 1,600 pixels wide", () => {
  for (const [n, size] of [
    [64, 72],
    [32, 148],
    [512, 7],
  ] as const) {
    const { width } = drawFeatureMaps(layerOf(n, caseValue, size, size));
    expect(width).toBeLessThanOrEqual(1600);
    expect(width).toBeGreaterThan(1200);
  }
});

test("values stand above maps whatever the width: with fewer digits where two do not fit", () => {
  for (const [size, words] of [
    [64, ["1.2 to 2.1", "1.2 to 2.8"]],
    [16, ["1 to 2", "1 to 3"]],
  ] as const) {
    const top = (c: number, x: number) => (x === size - 1 ? 2.1 + 0.7 * c : 1.23);
    const picture = drawFeatureMaps(
      layerOf(2, (c, _, x) => top(c, x), size, size),
      { zoom: 1 },
    );
    expect(wordsOf(picture)).toEqual(expect.arrayContaining([...words]));
  }
});

test("the photo stands beside the title", () => {
  const data = new Uint8Array(30 * 20 * 3).fill(9);
  const thumbnail: Raster = { width: 30, height: 20, channels: 3, data };
  const picture = drawFeatureMaps(layerOf(3), { thumbnail });
  expect(find(thumbnail, rasterize(picture))).toEqual([{ x: 28, y: 28 }]);
  expect(Math.min(...textsOf(picture).map(({ x }) => x))).toBeGreaterThanOrEqual(28);
});
