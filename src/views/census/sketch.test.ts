import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  areaInterval,
  areaUnderRoc,
  areasAgainstOthers,
  cellOf,
  histogram,
  mergeAllSketches,
  mergeSketches,
  middleOf,
  quantiles,
  sketchError,
  sketchOf,
} from "./sketch.ts";

const bits = 6;
const numbers = fc.array(fc.float({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1 });
const sorted = (list: readonly number[]) => Float32Array.from(list).sort();

describe("a sketch", () => {
  it("has cells whose middle is within the error of all that is in them, in their order", () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, min: -4e9, max: 4e9 }), (value) => {
        const middle = middleOf(cellOf(value, bits), bits);
        expect(Math.abs(middle - value)).toBeLessThanOrEqual(
          sketchError(bits) * Math.abs(value) + 2 ** -32,
        );
      }),
    );
    fc.assert(
      fc.property(numbers, (list) => {
        const cells = Array.from(sorted(list), (value) => cellOf(value, bits));
        expect(cells).toEqual([...cells].sort((a, b) => a - b));
      }),
    );
  });

  it("is the same however it is put together", () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const parts = mergeSketches(sketchOf(sorted(a), bits), sketchOf(sorted(b), bits));
        expect(parts).toEqual(sketchOf(sorted([...a, ...b]), bits));
      }),
    );
  });

  it("gives quantiles within its error", () => {
    fc.assert(
      fc.property(numbers, fc.double({ min: 0, max: 1, noNaN: true }), (list, share) => {
        const all = sorted(list);
        const at = share * (all.length - 1);
        const [low, high] = [all[Math.floor(at)]!, all[Math.ceil(at)]!];
        const exact = low + (high - low) * (at - Math.floor(at));
        const most = Math.max(Math.abs(low), Math.abs(high));
        const [found] = quantiles(sketchOf(all, bits), bits, [share]);
        expect(Math.abs(found! - exact)).toBeLessThanOrEqual(
          sketchError(bits) * most * 1.001 + 2 ** -31,
        );
      }),
    );
    expect(quantiles(sketchOf(new Float32Array(0), bits), bits, [0.5])).toEqual([null]);
  });

  it("gives the area under the ROC curve, ties counted half", () => {
    const area = (one: number[], other: number[]) =>
      areaUnderRoc(sketchOf(sorted(one), 10), sketchOf(sorted(other), 10));
    expect(area([3, 4], [1, 2])).toBe(1);
    expect(area([1, 2], [3, 4])).toBe(0);
    expect(area([1, 3], [2, 2])).toBe(0.5);
    expect(area([0, 0, 1], [0, 0])).toBeCloseTo(2 / 3, 12);
    expect(area([], [1])).toBeNull();
    const [low, high] = areaInterval(0.8, 50, 60);
    // By hand from the paper's formula.
    expect(low).toBeCloseTo(0.717, 2);
    expect(high).toBeCloseTo(0.883, 2);
  });

  it("gives each part's area against all the others as if these were put together", () => {
    fc.assert(
      fc.property(fc.array(numbers, { minLength: 2, maxLength: 5 }), (lists) => {
        const parts = lists.map((list) => sketchOf(sorted(list), bits));
        const areas = areasAgainstOthers(parts, mergeAllSketches(parts));
        parts.forEach((part, i) => {
          const others = parts.filter((_, k) => k !== i).reduce(mergeSketches);
          expect(areas[i]).toBe(areaUnderRoc(part, others));
        });
      }),
    );
  });

  it("makes a histogram that counts every number once", () => {
    const { edges, counts } = histogram(sketchOf(sorted([0, 1.2, 2.5, 3.6, 4, 4]), 10), 10, 4);
    expect([...counts]).toEqual([1, 1, 1, 3]);
    expect([edges[0], edges.length]).toEqual([0, 5]);
  });
});
