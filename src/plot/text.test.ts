import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { capHeight, type FontWeight } from "./font/font.ts";
import type { TextMark } from "./picture.ts";
import { rasterize } from "./rasterize.ts";
import { hasGlyphs, shortenText, textWidth, wrapName, wrapText } from "./text.ts";

/** What FontTools and HarfBuzz say of the typeface (fixtures/font.py). */
const outside = JSON.parse(
  readFileSync(new URL("../../fixtures/data/font.json", import.meta.url), "utf8"),
) as Record<FontWeight, { widths: Record<string, number>; areas: Record<string, number> }>;
const weights = Object.keys(outside) as FontWeight[];

/** Ink of a text, in pixels, and the box of what it touches. */
function inkOf(mark: Partial<TextMark> & { text: string }, width = 300, height = 300) {
  const text = { kind: "text", x: 100, y: 200, size: 100, fill: "#000000", ...mark } as const;
  const { data } = rasterize({ width, height, background: "#ffffff", marks: [text] });
  let sum = 0;
  const box = { left: width, top: height, right: 0, bottom: 0 };
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const dark = 255 - data[(y * width + x) * 3]!;
      sum += dark / 255;
      if (dark < 128) continue;
      box.left = Math.min(box.left, x);
      box.right = Math.max(box.right, x + 1);
      box.top = Math.min(box.top, y);
      box.bottom = Math.max(box.bottom, y + 1);
    }
  return { sum, ...box };
}

test.each(weights)("%s text is as wide as HarfBuzz sets it, kerning included", (weight) => {
  for (const [text, width] of Object.entries(outside[weight].widths)) {
    const ours = textWidth(text, { size: 100, weight });
    // A thousandth of an em a character is what the table's rounding may cost.
    expect(Math.abs(ours - 100 * width)).toBeLessThan(0.1 * text.length);
  }
});

test.each(weights)("%s letters have the area of their outlines", (weight) => {
  for (const [character, area] of Object.entries(outside[weight].areas)) {
    const { sum } = inkOf({ text: character, weight });
    expect(Math.abs(sum / 1e4 - area) / area).toBeLessThan(0.01);
  }
});

test("letters stand on the baseline, upright, between foot and cap height", () => {
  const { top, bottom, left, right } = inkOf({ text: "L" });
  expect(bottom).toBe(200);
  expect(200 - top).toBeCloseTo(100 * capHeight, -0.5);
  // The foot of an L points right.
  expect(left).toBeGreaterThan(100);
  expect(right - left).toBeGreaterThan(35);
});

test("anchors and angles hang the text where they say", () => {
  const width = textWidth("HHH", { size: 40 });
  const at = (mark: Partial<TextMark>) => inkOf({ text: "HHH", size: 40, x: 150, y: 150, ...mark });
  expect(at({}).left).toBeCloseTo(150 + 4, -1);
  expect(at({ anchor: "middle" }).left).toBeCloseTo(150 - width / 2 + 4, -1);
  expect(at({ anchor: "end" }).right).toBeCloseTo(150 - 4, -1);
  const turned = at({ angle: -90 });
  expect(turned.right).toBe(150);
  expect(turned.bottom).toBeCloseTo(150 - 4, -1);
  expect(turned.bottom - turned.top).toBeGreaterThan(2 * (turned.right - turned.left));
});

test("composed and decomposed letters are one; other scripts are known as foreign", () => {
  expect(textWidth("e\u0301", { size: 10 })).toBe(textWidth("é", { size: 10 }));
  expect(hasGlyphs("Größe, ağ, кот, γάτα, mèo, −1…2")).toBe(true);
  expect(hasGlyphs("猫")).toBe(false);
  expect(textWidth("猫", { size: 10 })).toBe(10);
});

test("a character that no font has is a box, not a gap, unless the caller draws it", () => {
  const picture = {
    width: 40,
    height: 40,
    background: "#ffffff",
    marks: [{ kind: "text", x: 5, y: 30, text: "a猫b", size: 20, fill: "#000000" }],
  } as const;
  expect(inkOf({ text: "猫" }).sum).toBeGreaterThan(500);
  const asked: string[] = [];
  const drawn = rasterize(picture, {
    foreignText: ({ mark, width }) => {
      asked.push(`${mark.text} ${width}`);
      const red = { width: 2, height: 2, channels: 3, data: new Uint8Array(12).fill(77) } as const;
      return { raster: red, x: 16, y: 20 };
    },
  });
  expect(asked).toEqual(["猫 20"]);
  expect(drawn.data[(20 * 40 + 17) * 3]).toBe(77);
  expect(drawn).not.toEqual(rasterize(picture));
});

test("lines are broken at spaces, long names shortened in the middle", () => {
  const style = { size: 12 };
  const lines = wrapText("one two three four five six seven eight", 90, style);
  expect(lines.join(" ")).toBe("one two three four five six seven eight");
  for (const line of lines) expect(textWidth(line, style)).toBeLessThanOrEqual(90);
  const short = shortenText("base/block5/conv3/batch_normalization_17", 120, style);
  expect(short).toMatch(/^base.*….*_17$/);
  expect(textWidth(short, style)).toBeLessThanOrEqual(120);
  expect(shortenText("conv2d", 120, style)).toBe("conv2d");
});

test("a long name is broken at its joints, and nothing of it is lost", () => {
  const style = { size: 20, weight: "bold" } as const;
  const name = "base/block5/conv3/batch_normalization_17";
  const lines = wrapName(name, 240, style);
  expect(lines.join("")).toBe(name);
  expect(lines.slice(0, -1).every((line) => /[/_]$/.test(line))).toBe(true);
  expect(lines.every((line) => textWidth(line, style) <= 240)).toBe(true);
  expect(wrapName("x".repeat(99), 240, style).join("")).toBe("x".repeat(99));
  expect(wrapName("conv2d", 240, style)).toEqual(["conv2d"]);
});

test("a name of a hundred thousand letters is shortened and wrapped as soon as any other", () => {
  const style = { size: 12 };
  const name = "x".repeat(100_000);
  expect(shortenText(`a${name}b`, 120, style)).toMatch(/^ax+…x+b$/);
  expect(wrapName(`a${name}b`, 120, style).join("")).toMatch(/^ax{510}b$/);
});
