import fc from "fast-check";
import { expect, test } from "vitest";
import { colormap } from "./colormap.ts";
import { circle, hatching, polyline } from "./path.ts";
import type { Mark, PathMark, Picture } from "./picture.ts";
import { type RasterizeOptions, rasterize, rasterizeStrips } from "./rasterize.ts";
import { raster } from "./raster.ts";

const draw = (marks: readonly Mark[], width = 20, height = 20, options: RasterizeOptions = {}) =>
  rasterize({ width, height, background: "#ffffff", marks }, options);

/** Pixels of black ink on white paper, partly covered ones counted by their share. */
function ink(marks: readonly Mark[], width = 40, height = 40): number {
  const { data } = draw(marks, width, height);
  let sum = 0;
  for (let i = 0; i < data.length; i += 3) sum += (255 - data[i]!) / 255;
  return sum;
}

const filled = (path: PathMark["path"]): PathMark => ({ kind: "path", path, fill: "#000000" });
const stroked = (path: PathMark["path"], strokeWidth: number, dash?: number[]): PathMark => ({
  kind: "path",
  path,
  stroke: "#000000",
  strokeWidth,
  ...(dash ? { dash } : {}),
});

test("a filled polygon covers its area, wherever its corners lie", () => {
  const coordinate = fc.double({ min: 1, max: 39, noNaN: true });
  const triangle = fc.tuple(coordinate, coordinate, coordinate, coordinate, coordinate, coordinate);
  fc.assert(
    fc.property(triangle, ([ax, ay, bx, by, cx, cy]) => {
      const area = Math.abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2;
      const path = polyline([[ax, ay], [bx, by], [cx, cy]], true); // prettier-ignore
      // Bytes round each edge pixel by up to 1/510.
      expect(Math.abs(ink([filled(path)]) - area)).toBeLessThan(0.35);
    }),
    { seed: 7, numRuns: 100 },
  );
});

test("what lies outside the picture is cut off, not folded in", () => {
  const wide = polyline([[-30, 5.5], [70, 5.5], [70, 8], [-30, 8]], true); // prettier-ignore
  expect(ink([filled(wide)])).toBeCloseTo(40 * 2.5, 0);
  expect(ink([filled(circle(-20, -20, 15))])).toBe(0);
});

test("a circle has its area, a ring the other way round is a hole, overlaps count once", () => {
  expect(ink([filled(circle(20, 20, 12))]) / (Math.PI * 144)).toBeCloseTo(1, 2);
  const inner = polyline([[15, 15], [15, 25], [25, 25], [25, 15]], true); // prettier-ignore
  const outer = polyline([[10, 10], [30, 10], [30, 30], [10, 30]], true); // prettier-ignore
  expect(ink([filled([...outer, ...inner])])).toBeCloseTo(300, 5);
  expect(ink([filled([...outer, ...outer])])).toBeCloseTo(400, 5);
});

test("a pen line has its width; corners are mitred; a frame leaves its inside free", () => {
  expect(ink([stroked(polyline([[5, 10], [25, 10]]), 2)])).toBeCloseTo(40, 5); // prettier-ignore
  const corner = polyline([[5, 5], [25, 5], [25, 25]]); // prettier-ignore
  expect(ink([stroked(corner, 4)])).toBeCloseTo(4 * 20 + 4 * 20, 5);
  const frame = polyline([[10, 10], [30, 10], [30, 30], [10, 30]], true); // prettier-ignore
  expect(ink([stroked(frame, 2)])).toBeCloseTo(22 * 22 - 18 * 18, 5);
});

test("dashes follow the line round its corners", () => {
  const frame = polyline([[10, 10], [30, 10], [30, 30], [10, 30]], true); // prettier-ignore
  // 80 pixels around: ten strokes of 5 with gaps of 3; none lies across a corner with 5 + 3 | 80.
  expect(ink([stroked(frame, 1, [5, 3])])).toBeCloseTo(50, 0);
  expect(ink([stroked(frame, 1, [0, 0])])).toBeCloseTo(80, 0);
});

test("hatching stays inside its rectangle", () => {
  for (const [command, x, y] of hatching(3, 4, 20, 10, 3)) {
    expect(command === "M" || command === "L").toBe(true);
    expect(x).toBeGreaterThanOrEqual(3);
    expect(x).toBeLessThanOrEqual(23);
    expect(y).toBeGreaterThanOrEqual(4);
    expect(y).toBeLessThanOrEqual(14);
  }
});

const checker = raster(2, 2, 3, Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9));

test("an image is enlarged by whole pixels: every one becomes a block", () => {
  const { data } = draw([{ kind: "image", x: 1, y: 2, width: 6, height: 4, raster: checker }]);
  for (let y = 0; y < 20; y++)
    for (let x = 0; x < 20; x++) {
      const inside = x >= 1 && x < 7 && y >= 2 && y < 6;
      const from = ((y < 4 ? 0 : 2) + (x < 4 ? 0 : 1)) * 3;
      const want = inside ? [...checker.data.subarray(from, from + 3)] : [255, 255, 255];
      expect([...data.subarray((y * 20 + x) * 3, (y * 20 + x) * 3 + 3)]).toEqual(want);
    }
});

test("an image that is not a whole number of times larger takes the pixel under each centre", () => {
  const strip = raster(3, 1, 1, Uint8Array.of(10, 20, 30));
  const row = (width: number) => {
    const { data } = draw([{ kind: "image", x: 0, y: 0, width, height: 1, raster: strip }], 9, 1);
    return Array.from({ length: width }, (_, x) => data[x * 3]);
  };
  expect(row(2)).toEqual([10, 30]);
  expect(row(5)).toEqual([10, 10, 20, 30, 30]);
});

test("grey, palette, RGB and RGBA images are drawn alike", () => {
  const { table } = colormap("turbo");
  const indices = Uint8Array.of(0, 90, 180, 255);
  const rgb = Uint8Array.from([...indices].flatMap((i) => [...table.subarray(i * 3, i * 3 + 3)]));
  const rgba = Uint8Array.from([...indices].flatMap((i) => [...table.subarray(i * 3, i * 3 + 3), 255])); // prettier-ignore
  const place = { kind: "image", x: 0, y: 0, width: 8, height: 8 } as const;
  const want = draw([{ ...place, raster: raster(2, 2, 3, rgb) }]);
  expect(draw([{ ...place, raster: raster(2, 2, 1, indices, table) }])).toEqual(want);
  expect(draw([{ ...place, raster: raster(2, 2, 4, rgba) }])).toEqual(want);
  const grey = draw([{ ...place, raster: raster(2, 2, 1, Uint8Array.of(0, 50, 100, 200)) }]);
  expect([...grey.data.subarray(12, 15)]).toEqual([50, 50, 50]);
});

test("opacity 0 leaves what is below, a half mixes, 1 covers; also inside the image", () => {
  const photo: Mark = { kind: "image", x: 0, y: 0, width: 2, height: 2, raster: checker };
  const veil = (opacity: number): Mark => ({
    ...photo,
    raster: raster(1, 1, 3, Uint8Array.of(100, 100, 100)),
    opacity,
  });
  const under = draw([photo], 2, 2).data;
  expect(draw([photo, veil(0)], 2, 2).data).toEqual(under);
  expect([...draw([photo, veil(0.5)], 2, 2).data.subarray(0, 3)]).toEqual([178, 50, 50]);
  expect([...draw([photo, veil(1)], 2, 2).data.subarray(0, 3)]).toEqual([100, 100, 100]);
  const clear = raster(1, 1, 4, Uint8Array.of(100, 100, 100, 0));
  expect(draw([photo, { ...photo, raster: clear }], 2, 2).data).toEqual(under);
});

test("a group moves its marks and cuts them to its clip", () => {
  const square: Mark = { kind: "rect", x: 0, y: 0, width: 50, height: 50, fill: "#000000" };
  const clip = { width: 3, height: 4 };
  const inner: Mark = { kind: "group", x: 5, y: 6, marks: [square], clip };
  const outer: Mark = { kind: "group", x: 2, y: 1, marks: [inner] };
  const { data } = draw([outer]);
  for (let y = 0; y < 20; y++)
    for (let x = 0; x < 20; x++)
      expect(data[(y * 20 + x) * 3]).toBe(x >= 7 && x < 10 && y >= 7 && y < 11 ? 0 : 255);
});

test("at scale 2 everything is twice as large", () => {
  const marks: Mark[] = [
    { kind: "rect", x: 1.5, y: 2, width: 3, height: 2, fill: "#000000" },
    { kind: "image", x: 6, y: 6, width: 2, height: 2, raster: checker },
  ];
  const large = draw(marks, 10, 10, { scale: 2 });
  expect([large.width, large.height]).toEqual([20, 20]);
  expect([3, 8, 9].map((x) => large.data[(4 * 20 + x) * 3])).toEqual([0, 0, 255]);
  expect([...large.data.subarray((13 * 20 + 13) * 3, (13 * 20 + 13) * 3 + 3)]).toEqual([255, 0, 0]);
});

test("pictures without pixels or with too many are refused in words", () => {
  const blank: Picture = { width: 0, height: 5, background: "#ffffff", marks: [] };
  expect(() => rasterize(blank)).toThrow("a picture of 0x5 pixels cannot be drawn");
  expect(() => rasterize({ ...blank, width: 1e6, height: 1e6 })).toThrow(
    "the limit is 400 million",
  );
  expect(() => rasterize({ ...blank, width: NaN })).toThrow("cannot be drawn");
});

test("strips of a picture are the rows of the whole, whatever reaches over their edges", () => {
  const photo = raster(
    4,
    6,
    3,
    Uint8Array.from({ length: 72 }, (_, i) => i * 3),
  );
  const marks: Mark[] = [
    { kind: "image", x: 3, y: 4, width: 30, height: 50, raster: photo },
    {
      kind: "image",
      x: 20,
      y: 31,
      width: 17,
      height: 13,
      raster: photo,
      smooth: true,
      opacity: 0.5,
    },
    { kind: "rect", x: 1.5, y: 10.25, width: 30, height: 33.5, fill: "#8040c0", opacity: 0.6 },
    { kind: "rect", x: 30, y: 2, width: 5, height: 60, fill: "#00ff00" },
    stroked(circle(25.3, 33.3, 20.2), 2.5, [5, 3]),
    filled([...circle(10, 50, 9)]),
    ...[9, 17.5, 31, 48].map((y, i): Mark => ({
      kind: "text",
      x: 4,
      y,
      text: "Ägypten gjy",
      size: 8 + i,
      fill: "#101010",
    })),
    { kind: "text", x: 50, y: 60, text: "slanted", size: 12, fill: "#c00000", angle: -70 },
    {
      kind: "group",
      x: 2,
      y: 20,
      clip: { width: 20, height: 25 },
      marks: [filled(circle(9, 9, 15))],
    },
  ];
  const picture: Picture = { width: 64, height: 67, background: "#f8f4f0", marks };
  const whole = rasterize(picture);
  for (const rows of [1, 5, 16, 66, 67, 1000]) {
    const strips = Array.from(
      rasterizeStrips(picture, { stripBytes: rows * 64 * 3 + 1 }),
      ({ height, data }) => ({ height, data: data.slice() }),
    );
    expect(strips).toHaveLength(Math.ceil(67 / rows));
    expect(Buffer.concat(strips.map(({ data }) => data)).equals(whole.data), `${rows} rows`).toBe(
      true,
    );
  }
});
