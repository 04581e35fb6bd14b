import { expect, it } from "vitest";
import { tensor } from "../../base/tensor.ts";
import type { NetworkLayer, Port } from "../../model/network.ts";
import type { ImageMark, Mark } from "../../plot/picture.ts";
import { LayerActivation } from "../activations.ts";
import { drawFeatureMapPages } from "../feature-maps.ts";
import { volumesOf } from "./volumes.ts";

const [depth, height, width, channels] = [3, 2, 4, 5];
const data = Float32Array.from({ length: depth * height * width * channels }, (_, i) => i);

function made(shape: number[], first: boolean): LayerActivation {
  const port = { name: "v", value: "v", shape, order: [0, 1, 2, 3, 4], type: "float32" };
  const config = { data_format: first ? "channels_first" : "channels_last" };
  const layer = { address: "conv3d", className: "Conv3D", outputs: [port], config };
  const value = tensor("float32", shape, data);
  return new LayerActivation(layer as unknown as NetworkLayer, port as Port, value, "NHWC");
}
const flat = (marks: readonly Mark[]): Mark[] =>
  marks.flatMap((mark) => (mark.kind === "group" ? flat(mark.marks) : mark));

it("each channel of a 3-D layer is its slices, whichever axis the channels lie on", () => {
  const last = volumesOf(made([1, depth, height, width, channels], false))!;
  expect([last.channels, last.slices, last.height, last.width]).toEqual([5, 3, 2, 4]);
  expect([...last.values.slice(0, 5)]).toEqual([0, 5, 10, 15, 20]);
  expect(last.statistics[4]).toMatchObject({ min: 4, max: 119 });
  const first = volumesOf(made([1, channels, depth, height, width], true))!;
  expect([...first.values]).toEqual([...data]);
});

it("slices are drawn side by side on the scale of their map, and pages hold whole maps", () => {
  const layer = volumesOf(made([1, depth, height, width, channels], false))!;
  const pages = [...drawFeatureMapPages(layer, { perPage: 2, columns: 3 })];
  expect(pages).toHaveLength(3);
  const words = (page: number) =>
    flat(pages[page]!.marks).flatMap((mark) => (mark.kind === "text" ? mark.text : []));
  expect(words(1)).toEqual(expect.arrayContaining(["2 z0", "2 z2", "3 z1"]));
  expect(words(1).join(" ")).toContain("Page 2 of 3: from map 2 to 3.");
  const images = flat(pages[0]!.marks).filter((mark): mark is ImageMark => mark.kind === "image");
  const cells = images.filter(({ raster }) => raster.width === width);
  // The darkest value of map 0 is in its first slice, the brightest in its last.
  expect(cells[0]!.raster.data[0]).toBe(0);
  expect(cells[2]!.raster.data.at(-1)).toBe(255);
  expect(cells[0]!.raster.data.at(-1)).toBeLessThan(255);
});
