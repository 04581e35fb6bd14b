import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { agreement, comparable } from "./agreement.ts";

interface Case {
  height: number;
  width: number;
  a: number[];
  b: number[];
  rankCorrelation: number;
  topOverlap: number;
  ssim: number;
}
const file = new URL("../../../fixtures/data/agreement.json", import.meta.url);
const cases = JSON.parse(readFileSync(file, "utf8")) as Case[];

describe("agreement of two maps", () => {
  it.each(cases)("of $height x $width is SciPy's and scikit-image's", (each) => {
    const { height, width } = each;
    const of = (values: number[]) => comparable({ values, height, width });
    const found = agreement(of(each.a), of(each.b));
    expect(found.rankCorrelation).toBeCloseTo(each.rankCorrelation, 12);
    expect(found.ssim).toBeCloseTo(each.ssim, 12);
    expect(found.topOverlap).toBeCloseTo(each.topOverlap, 12);
  });

  it("of a map with itself is 1, and of a constant one has no meaning", () => {
    const values = Float32Array.from({ length: 100 }, (_, i) => Math.sin(i));
    const one = comparable({ values, height: 10, width: 10 });
    expect(agreement(one, one)).toEqual({ rankCorrelation: 1, topOverlap: 1, ssim: 1 });
    const flat = comparable({ values: new Float32Array(100), height: 10, width: 10 });
    const found = agreement(one, flat);
    expect([found.rankCorrelation, found.topOverlap]).toEqual([null, null]);
  });
});
