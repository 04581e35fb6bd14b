import { expect, it } from "vitest";
import { Random } from "../../base/random.ts";
import { drawGrating, openGratings } from "./gratings.ts";

it("are as many of each, the same for the same seed", () => {
  const set = openGratings({ count: 60 });
  expect(set.shape).toEqual([64, 64, 1]);
  expect(set.split("train").countClasses()).toEqual(new Array(6).fill(10));
  expect(drawGrating(2, [32, 32], new Random(1))).toEqual(drawGrating(2, [32, 32], new Random(1)));
});

it("run as their class says: grey changes most across the bars", () => {
  const side = 48;
  for (const [label, degrees] of [0, 30, 60, 90, 120, 150].entries())
    for (let seed = 0; seed < 8; seed++) {
      const data = drawGrating(label, [side, side], new Random(seed));
      const grey = (y: number, x: number) => data[(y * side + x) * 3]!;
      // The main axis of the structure tensor is the way in which grey changes most.
      let [xx, xy, yy] = [0, 0, 0];
      for (let y = 1; y < side - 1; y++)
        for (let x = 1; x < side - 1; x++) {
          const dx = grey(y, x + 1) - grey(y, x - 1);
          const up = grey(y - 1, x) - grey(y + 1, x);
          xx += dx * dx;
          xy += dx * up;
          yy += up * up;
        }
      const across = (Math.atan2(2 * xy, xx - yy) * 90) / Math.PI;
      const apart = Math.abs(((across - degrees + 540) % 180) - 90);
      expect(apart, `${degrees} degrees, seed ${seed}`).toBeLessThan(12);
    }
});
