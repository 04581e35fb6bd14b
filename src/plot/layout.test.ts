import { expect, test } from "vitest";
import { formatNumber, plainMinus } from "./format-number.ts";
import { layoutGrid } from "./grid.ts";
import { page } from "./page.ts";
import type { Mark, TextMark } from "./picture.ts";
import { combineRanges, isSigned, symmetricRange } from "./range.ts";
import { raster } from "./raster.ts";
import { resizeSmooth } from "./resize.ts";
import { textWidth } from "./text.ts";
import { themes } from "./theme.ts";

test("numbers are short, with a true minus sign and words for what is none", () => {
  const samples = [0, -0, 1, 0.39241436, 1529, 123456, 5.32e-4, -0.25, 1e-30, 100.04];
  expect(samples.map((value) => formatNumber(value))).toEqual([
    "0",
    "0",
    "1",
    "0.392",
    "1530",
    "1.23e5",
    "5.32e−4",
    "−0.25",
    "1e−30",
    "100",
  ]);
  expect([NaN, Infinity, -Infinity].map((value) => formatNumber(value))).toEqual([
    "NaN",
    "Inf",
    "−Inf",
  ]);
  expect(plainMinus("−0.25 .. 5.3e−4, −Inf, B − A")).toBe("-0.25 .. 5.3e-4, -Inf, B − A");
});

test("ranges combine over what is there; rounding errors do not make data signed", () => {
  expect(combineRanges([{ low: 0, high: 2 }, undefined, { low: -1, high: 1 }])).toEqual({
    low: -1,
    high: 2,
  });
  expect(combineRanges([undefined])).toBeUndefined();
  expect(symmetricRange({ low: -1, high: 3 })).toEqual({ low: -3, high: 3 });
  expect(isSigned({ low: -0.1, high: 2 })).toBe(true);
  expect(isSigned({ low: -1e-30, high: 2 })).toBe(false);
  expect([isSigned({ low: -2, high: -1 }), isSigned({ low: 0, high: 1 })]).toEqual([false, false]);
});

test.each([1, 3, 16, 17, 100, 512])("a grid of %i cells has a place of its own for each", (n) => {
  for (const columns of [16, 5, "auto"] as const) {
    const grid = layoutGrid({ count: n, cellWidth: 70, cellHeight: 80, gapX: 8, gapY: 9, columns });
    const places = Array.from({ length: n }, (_, i) => grid.at(i));
    expect(new Set(places.map(({ x, y }) => `${x} ${y}`)).size).toBe(n);
    for (const { x, y } of places) {
      expect(x + 70).toBeLessThanOrEqual(grid.width);
      expect(y + 80).toBeLessThanOrEqual(grid.height);
    }
    expect(grid.rows).toBe(Math.ceil(n / grid.columns));
    if (columns === "auto") expect(grid.width).toBeLessThanOrEqual(1240);
  }
});

test("auto columns fill the rows evenly", () => {
  const columns = (n: number) =>
    layoutGrid({ count: n, cellWidth: 148, cellHeight: 148, gapX: 8, gapY: 8, columns: "auto" })
      .columns;
  expect([1, 3, 8, 9, 32].map(columns)).toEqual([1, 3, 8, 5, 8]);
});

/** All texts of a page, where they lie on it. */
function texts(marks: readonly Mark[], x = 0, y = 0): TextMark[] {
  return marks.flatMap((mark) => {
    if (mark.kind === "group") return texts(mark.marks, x + mark.x, y + mark.y);
    return mark.kind === "text" ? [{ ...mark, x: x + mark.x, y: y + mark.y }] : [];
  });
}

test.each([
  ["a short title", "conv", "Conv2D", "A caption."],
  [
    "everything long",
    "block/".repeat(40),
    "Class".repeat(60),
    "word ".repeat(80) + "w".repeat(400),
  ],
  ["an unbroken title of a foreign script", "猫".repeat(200), "", ""],
])("a page with %s cuts off no text, and no two lines touch", (_, title, subtitle, caption) => {
  const legendBlock = { width: 200, height: 14, marks: [] };
  const body = { width: 120, height: 50, marks: [] };
  const made = page({ title, subtitle, caption, legend: [legendBlock, legendBlock, legendBlock], body, theme: themes.light }); // prettier-ignore
  const lines = texts(made.marks);
  for (const line of lines) {
    expect(line.x).toBeGreaterThanOrEqual(24);
    expect(line.x + textWidth(line.text, line)).toBeLessThanOrEqual(made.width - 24);
    expect(line.y).toBeLessThanOrEqual(made.body!.y);
  }
  lines.forEach((a, i) =>
    lines.slice(i + 1).forEach((b) => {
      const apart = Math.abs(a.y - b.y) >= Math.max(a.size, b.size);
      expect(apart || a.x + textWidth(a.text, a) < b.x).toBe(true);
    }),
  );
});

test("shrinking averages, growing runs smoothly, clear pixels lend no colour", () => {
  const ramp = raster(4, 1, 1, Uint8Array.of(0, 100, 200, 100));
  expect([...resizeSmooth(ramp, 2, 1).data]).toEqual([50, 150]);
  const two = raster(2, 1, 1, Uint8Array.of(0, 80));
  expect([...resizeSmooth(two, 4, 1).data]).toEqual([0, 20, 60, 80]);
  const half = raster(2, 1, 4, Uint8Array.of(200, 100, 50, 255, 9, 9, 9, 0));
  expect([...resizeSmooth(half, 1, 1).data]).toEqual([199, 100, 50, 128]);
});
