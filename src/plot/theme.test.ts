import { expect, test } from "vitest";
import { contrast, mixColors, parseColor, readableOn } from "./color.ts";
import { themes } from "./theme.ts";

test("all text reads on its paper at 4.5 : 1 (WCAG 2, 1.4.3)", () => {
  for (const { paper, ink, muted, faint, warning } of Object.values(themes))
    for (const color of [ink, muted, faint, warning])
      expect(contrast(parseColor(color), parseColor(paper)), color).toBeGreaterThanOrEqual(4.5);
});

test("black or white reads on every colour at 4.5 : 1", () => {
  expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21);
  for (const to of [
    [31, 111, 180],
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 0],
  ] as const)
    for (let share = 0; share <= 1; share += 0.01) {
      const fill = mixColors([255, 255, 255], to, share);
      expect(contrast(parseColor(readableOn(fill)), fill)).toBeGreaterThanOrEqual(4.5);
    }
});
