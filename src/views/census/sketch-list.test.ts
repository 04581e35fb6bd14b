import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SketchWriter, mergeSketchLists, sketchAt } from "./sketch-list.ts";
import { sketchOf } from "./sketch.ts";

/** For each of two units the values of some photos; of many photos in a few parts. */
const part = fc.tuple(
  fc.array(fc.float({ noNaN: true }), { maxLength: 20 }),
  fc.array(fc.float({ noNaN: true }), { maxLength: 20 }),
);
const parts = fc.array(part, { minLength: 1, maxLength: 5 });

const listOf = (units: readonly (readonly number[])[], bits: number, most: number) => {
  const writer = new SketchWriter(units.length, bits);
  for (const values of units) writer.addAll(Float32Array.from(values).sort());
  return writer.list(most);
};

describe("sketches of many units", () => {
  it("have as many bits as there is room for, whoever is merged with whom first", () => {
    fc.assert(
      fc.property(parts, fc.integer({ min: 4, max: 60 }), fc.integer(), (list, most, turn) => {
        const whole = listOf([list.flatMap(([a]) => a), list.flatMap(([, b]) => b)], 10, most);
        const each = list.map((units) => listOf(units, 10, most));
        expect(each.reduce(mergeSketchLists)).toEqual(whole);
        expect(each.reduceRight((later, one) => mergeSketchLists(one, later))).toEqual(whole);
        const cut = Math.abs(turn) % each.length;
        const turned = [...each.slice(cut), ...each.slice(0, cut)];
        expect(turned.reduce(mergeSketchLists)).toEqual(whole);
        if (whole.bits > 0) expect(whole.cells.length).toBeLessThanOrEqual(most);
        if (whole.bits < 10) {
          const finer = listOf(
            [list.flatMap(([a]) => a), list.flatMap(([, b]) => b)],
            whole.bits + 1,
            Infinity,
          );
          expect(finer.cells.length).toBeGreaterThan(most);
        }
      }),
    );
  });

  it("with fewer bits are the sketches of the numbers with those bits", () => {
    fc.assert(
      fc.property(part, fc.integer({ min: 1, max: 12 }), (units, most) => {
        const list = listOf(units, 10, most);
        units.forEach((values, i) =>
          expect(sketchAt(list, i)).toEqual(sketchOf(Float32Array.from(values).sort(), list.bits)),
        );
      }),
    );
  });
});
