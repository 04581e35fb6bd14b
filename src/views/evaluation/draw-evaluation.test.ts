import { expect, it } from "vitest";
import { themes } from "../../plot/theme.ts";
import type { Mark } from "../../plot/picture.ts";
import { drawMatrix } from "./draw-evaluation.ts";

/** A network of so many classes that takes `wrong` of them for the one before. */
function matrix(length: number, wrong: readonly number[]) {
  const classNames = Array.from({ length }, (_, i) => `class ${i}`);
  const counts = classNames.map((_, i) => classNames.map((_, k) => Number(k === i)));
  for (const i of wrong) counts[i]![i - 1] = 5;
  return drawMatrix({ classNames, counts }, themes.light);
}
const texts = (marks: readonly Mark[]) =>
  marks.flatMap((mark) => (mark.kind === "text" ? [mark.text] : []));

it("a matrix of up to a hundred classes has a row and a column of each", () => {
  const { marks } = matrix(100, [7]);
  expect(texts(marks)[0]).toBe("taken for");
  expect(marks.filter(({ kind }) => kind === "rect")).toHaveLength(100 * 100);
});

it("of a thousand classes those with the most mistakes are drawn, and it says so", () => {
  const { marks, width, height } = matrix(1000, [999, 500]);
  const [heading, ...words] = texts(marks);
  expect(heading).toBe("taken for (the 100 of 1,000 classes with the most mistakes)");
  expect(words).toEqual(
    expect.arrayContaining(["class 499", "class 500", "class 998", "class 999"]),
  );
  expect(words).not.toContain("class 501");
  expect(width * height).toBeLessThan(1e7);
});
