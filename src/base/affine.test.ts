import { describe, expect, it } from "vitest";
import {
  type Affine,
  composeAffine,
  identityAffine,
  invertAffine,
  moved,
  movedRectangle,
  scaleAffine,
} from "./affine.ts";

const turnRight: Affine = [0, -1, 10, 1, 0, 0];

describe("affine maps", () => {
  it("compose in the order in which they are named", () => {
    const both = composeAffine(
      turnRight,
      scaleAffine({ width: 10, height: 20 }, { width: 5, height: 5 }),
    );
    const [x, y] = moved(turnRight, 3, 4);
    expect(moved(both, 3, 4)).toEqual([x / 2, y / 4]);
  });

  it("are undone by their inverse", () => {
    const there: Affine = [2, 0.5, -3, 0.25, 4, 7];
    composeAffine(there, invertAffine(there)).forEach((value, i) =>
      expect(value).toBeCloseTo(identityAffine[i]!, 12),
    );
    expect(() => invertAffine([1, 2, 0, 2, 4, 0])).toThrow("no inverse");
  });

  it("take rectangles to the upright rectangle around them", () => {
    const box = { left: 0, top: 0, right: 2, bottom: 1 };
    expect(movedRectangle(turnRight, box)).toEqual({ left: 9, top: 0, right: 10, bottom: 2 });
  });
});
