import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { colorIndices, colormap, colormapNames } from "./colormap.ts";

interface Checks {
  maps: Record<string, { sha256: string; entries: Record<string, number[]> }>;
  indices: { low: number; high: number; values: number[]; indices: number[] }[];
}
const matplotlib = JSON.parse(
  readFileSync(new URL("../../fixtures/data/colormaps.json", import.meta.url), "utf8"),
) as Checks;

test.each(colormapNames)("%s is matplotlib's table, to the nearest byte", (name) => {
  const { table } = colormap(name);
  const { sha256, entries } = matplotlib.maps[name]!;
  expect(table).toHaveLength(768);
  expect(createHash("sha256").update(table).digest("hex")).toBe(sha256);
  for (const [index, color] of Object.entries(entries))
    color.forEach((exact, c) => {
      expect(Math.abs(table[Number(index) * 3 + c]! - exact)).toBeLessThanOrEqual(0.5001);
    });
});

test("the ends everyone knows: viridis runs from #440154 to #fde725, magma from #000004", () => {
  const { table } = colormap("viridis");
  expect([...table.slice(0, 3), ...table.slice(-3)]).toEqual([68, 1, 84, 253, 231, 37]);
  expect([...colormap("magma").table.slice(0, 3)]).toEqual([0, 0, 4]);
});

test.each(matplotlib.indices)(
  "values between $low and $high get matplotlib's entries",
  (sample) => {
    const { low, high, values, indices } = sample;
    expect([...colorIndices(Float32Array.from(values), { low, high })]).toEqual(indices);
  },
);

test("the middle of a diverging map is zero, whatever the range", () => {
  for (const reach of [1e-30, 0.3, 7, 3e38])
    expect(colorIndices(Float32Array.of(0), { low: -reach, high: reach })[0]).toBe(128);
});

test("values outside the range, NaN and a range of one value never leave the table", () => {
  const odd = Float32Array.of(NaN, Infinity, -Infinity, 9, -9);
  expect([...colorIndices(odd, { low: 0, high: 1 })]).toEqual([0, 255, 0, 255, 0]);
  expect([...colorIndices(Float32Array.of(2, 2, 3), { low: 2, high: 2 })]).toEqual([0, 0, 255]);
});

test("names are found in any case, and a wrong one gets the nearest", () => {
  expect(colormap("Viridis")).toBe(colormap("viridis"));
  expect(colormap("gray").name).toBe("grey");
  expect(() => colormap("virids")).toThrow(/no colormap "virids"; nearest: viridis/);
});
