import { describe, expect, it } from "vitest";
import type { Affine } from "../../base/affine.ts";
import { colormap } from "../../plot/colormap.ts";
import type { Mark } from "../../plot/picture.ts";
import type { Raster } from "../../plot/raster.ts";
import { themes } from "../../plot/theme.ts";
import { contour } from "./contour.ts";
import { drawHeatmaps } from "./draw-heatmaps.ts";
import { type Heatmap, colorRange, heatmapRange, planeOf } from "./heatmap.ts";
import { type Backdrop, type OverlayOptions, overlay } from "./overlay.ts";

const heat = (values: number[], width: number): Heatmap => ({
  values: Float32Array.from(values),
  width,
  height: values.length / width,
  title: "grad-cam",
});
const photoOf = (width: number, height: number): Raster => ({
  width,
  height,
  channels: 3,
  data: Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 37) % 256),
});
const whole = (photo: Raster, size: number): Backdrop => ({
  photo,
  toInput: [size / photo.width, 0, 0, 0, size / photo.height, 0],
  inputSize: { width: size, height: size },
});
const options: OverlayOptions = {
  colormap: colormap("inferno"),
  range: { low: 0, high: 1 },
  opacity: 1,
  blend: "even",
  smooth: false,
  theme: themes.light,
};
const pixel = ({ data, width }: Raster, x: number, y: number) => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];

describe("a heatmap over its photo", () => {
  const photo = photoOf(6, 4);
  const map = heat([0, 1, 0.5, NaN], 2);

  it("is the photo, to the byte, with opacity 0, and leaves the photo as it was", () => {
    const before = photo.data.slice();
    expect(overlay(map, whole(photo, 8), { ...options, opacity: 0 }).data).toEqual(before);
    overlay(map, whole(photo, 8), options);
    expect(photo.data).toEqual(before);
  });

  it("gives each pixel the colour of the value above its centre", () => {
    const laid = overlay(map, whole(photo, 8), options);
    const color = (share: number) => [...options.colormap.table.subarray(share * 3, share * 3 + 3)];
    expect(pixel(laid, 0, 0)).toEqual(color(0));
    expect(pixel(laid, 5, 1)).toEqual(color(255));
    expect(pixel(laid, 2, 2)).toEqual(color(128));
    expect(pixel(laid, 3, 3)).toEqual([255, 0, 230]);
  });

  it("shows the photo where nothing speaks for or against, when colours go by strength", () => {
    const laid = overlay(map, whole(photo, 8), { ...options, blend: "strength" });
    expect(pixel(laid, 0, 0)).toEqual(pixel(photo, 0, 0));
    expect(pixel(laid, 5, 0)).not.toEqual(pixel(photo, 5, 0));
  });

  it("leaves alone what the network never saw, and follows a turned photo", () => {
    // The input is the right half of the photo, turned by 90 degrees.
    const toInput: Affine = [0, 2, 0, -2, 0, 12];
    const laid = overlay(map, { photo, toInput, inputSize: { width: 8, height: 6 } }, options);
    expect(pixel(laid, 2, 0)).toEqual(pixel(photo, 2, 0));
    // The photo's upper right corner is the input's upper left, its lower right the input's upper right.
    const color = (share: number) => [...options.colormap.table.subarray(share * 3, share * 3 + 3)];
    expect(pixel(laid, 5, 0)).toEqual(color(0));
    expect(pixel(laid, 5, 3)).toEqual(color(255));
    expect(pixel(laid, 3, 0)).toEqual(color(128));
  });
});

describe("colours of a heatmap", () => {
  it("have zero in the middle where values have both signs, and at an end where not", () => {
    expect(colorRange(heatmapRange(heat([-1, 3], 2))!)).toEqual({ low: -3, high: 3 });
    expect(colorRange(heatmapRange(heat([1, 3], 2))!)).toEqual({ low: 0, high: 3 });
    // What only speaks against something has the colours of that.
    expect(colorRange(heatmapRange(heat([-3, -1], 2))!)).toEqual({ low: -3, high: 3 });
    expect(colorRange({ low: -1e-9, high: 1 })).toEqual({ low: -1e-9, high: 1 });
    expect(heatmapRange(heat([NaN, Infinity], 2))).toBeUndefined();
  });

  it("are not dwarfed by a few pixels when the outermost are clipped", () => {
    const values = Array.from({ length: 200 }, (_, i) => (i === 7 ? 1000 : i / 200));
    expect(heatmapRange(heat(values, 20), 1)!.high).toBeLessThan(1);
    expect(heatmapRange(heat(values, 20))!.high).toBe(1000);
  });

  it("are shared as the scale mode says, and the legend tells", () => {
    const maps = [heat([0, 1], 2), heat([0, 10], 2)].map((map) => ({ ...map, layer: "conv" }));
    const words = { title: "dog", caption: "" };
    const bars = (mode: "map" | "layer") =>
      JSON.stringify(drawHeatmaps(maps, [undefined], words, { scaleMode: mode }).marks);
    expect(bars("map")).toContain("each map on its own scale");
    expect(bars("map")).toContain('"0 to 1"');
    expect(bars("layer")).toContain("one scale a layer");
    expect(bars("layer")).not.toContain('"0 to 1"');
  });

  it.each(["map", "layer", "network", "photos"] as const)(
    "keract 1: in mode %s the range that is written is that of the colours",
    (scaleMode) => {
      const maps = [heat([0, 1, 2, 4], 2), heat([0, 5, 10, 2], 2)];
      const layers = maps.map((map, i) => ({ ...map, layer: `conv${i}`, photo: i }));
      const picture = drawHeatmaps(layers, [], { title: "", caption: "" }, { scaleMode });
      const rasters = imagesOf(picture.marks).filter(({ width }) => width === 2);
      const written = JSON.stringify(picture.marks);
      for (const [i, { values }] of maps.entries()) {
        const high = Math.max(...(scaleMode === "photos" ? [10] : values));
        expect(written).toContain(`"0 to ${high}"`);
        const wanted = [...values].map((value) => Math.min(255, Math.floor((value / high) * 256)));
        expect([...rasters[i]!.data]).toEqual(wanted);
      }
    },
  );

  it("mark a map that is dead or not finite in words", () => {
    const text = JSON.stringify(
      drawHeatmaps([heat([0, 0], 2), heat([1, NaN], 2)], [], { title: "t", caption: "" }).marks,
    );
    expect(text).toContain('"dead"');
    expect(text).toContain('"NaN"');
  });
});

const imagesOf = (marks: readonly Mark[]): Raster[] =>
  marks.flatMap((mark) =>
    mark.kind === "group" ? imagesOf(mark.marks) : mark.kind === "image" ? [mark.raster] : [],
  );

const marksOf = (marks: readonly Mark[]): Mark[] =>
  marks.flatMap((mark) => (mark.kind === "group" ? [mark, ...marksOf(mark.marks)] : [mark]));

describe("a sheet", () => {
  const words = { title: "t", caption: "" };
  const photo = photoOf(32, 24);

  it("shows a small photo large, its own pixels and what lies on it alike", () => {
    const frame = { left: 2, top: 2, right: 4, bottom: 4 };
    const map = { ...heat([0, 1, 0, 1], 2), frame };
    const looks = { opacity: 0, contour: 0.5 };
    const marks = marksOf(drawHeatmaps([map], [whole(photo, 8)], words, looks).marks);
    const [image] = marks.filter((mark) => mark.kind === "image" && mark.width === 480);
    expect(image).toMatchObject({ height: 360, raster: { width: 32, data: photo.data } });
    const paths = JSON.stringify(marks.filter(({ kind }) => kind === "path"));
    // The frame begins at a quarter of the photo, which is drawn 480 x 360 pixels large.
    expect(paths).toContain('["M",120,90]');
    // The level is crossed in the middle.
    expect(paths).toContain('["M",240,90]');
  });

  it("draws the slices of a volume side by side, and gives words room under a narrow one", () => {
    const values = Array.from({ length: 2 * 3 * 4 }, (_, i) => i);
    const volume = {
      ...heat(values, 2),
      slices: 3,
      note: "Removing the brightest tenth lowers it.",
    };
    const marks = marksOf(drawHeatmaps([volume], [undefined], words).marks);
    const texts = marks.flatMap((mark) => (mark.kind === "text" ? [mark.text] : []));
    expect(texts).toEqual(expect.arrayContaining(["z0", "z1", "z2", volume.note]));
    expect(texts.join(" "), "no photo shows through").not.toContain("shows through");
    const slices = imagesOf(marks.filter(({ kind }) => kind === "image")).filter(
      ({ width }) => width === 2,
    );
    expect(slices.map(({ height }) => height)).toEqual([4, 4, 4]);
  });
});

describe("planes and lines", () => {
  it("sum colours with their signs, or take the largest", () => {
    const values = Float32Array.from([1, -3, 1, 0, 2, -1]);
    const size = { height: 1, width: 2, channels: 3 };
    expect([...planeOf(values, size, "sum")]).toEqual([-1, 1]);
    expect([...planeOf(values, size, "absolute")]).toEqual([3, 2]);
    expect([...planeOf(values, size, "largest")]).toEqual([1, 2]);
  });

  it("run where the level is crossed, between centres", () => {
    const path = contour(heat([0, 1, 0, 1], 2), 0.25, [1, 0, 0, 0, 1, 0]);
    expect(path).toEqual([
      ["M", 0.75, 0.5],
      ["L", 0.75, 1.5],
    ]);
  });

  it("part the saddle by its middle", () => {
    const lines = contour(heat([1, 0, 0, 1], 2), 0.4, [1, 0, 0, 0, 1, 0]);
    expect(lines).toHaveLength(4);
    // The middle (0.5) is high as the corners at the upper left and lower right: the low corners are cut off.
    expect(lines[0]).toEqual(["M", 1.1, 0.5]);
  });
});
