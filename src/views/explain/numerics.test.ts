import { describe, expect, it } from "vitest";
import { Random } from "../../base/random.ts";
import { factorise } from "./factorise.ts";
import { leadingVectors } from "./leading-vectors.ts";
import { quadrature, quadratureRules } from "./quadrature.ts";

describe("quadrature", () => {
  const integral = (
    rule: (typeof quadratureRules)[number],
    steps: number,
    f: (x: number) => number,
  ) => {
    const { nodes, weights } = quadrature(rule, steps);
    return nodes.reduce((sum, x, i) => sum + weights[i]! * f(x), 0);
  };

  it("of every rule has weights that add up to 1", () => {
    for (const rule of quadratureRules)
      for (const steps of [1, 2, 7, 50])
        expect(
          integral(rule, steps, () => 1),
          rule,
        ).toBeCloseTo(1, 12);
  });

  it("by Gauss and Legendre is exact for polynomials of degree 2 n - 1, and no further", () => {
    expect(integral("gausslegendre", 4, (x) => x ** 7)).toBeCloseTo(1 / 8, 13);
    expect(Math.abs(integral("gausslegendre", 4, (x) => x ** 8) - 1 / 9)).toBeGreaterThan(1e-8);
  });

  it("of a trapezoid counts the ends half, of left and right one end", () => {
    expect([...quadrature("trapezoid", 3).weights]).toEqual([0.25, 0.5, 0.25]);
    expect([...quadrature("left", 2).nodes]).toEqual([0, 0.5]);
    expect([...quadrature("right", 2).nodes]).toEqual([0.5, 1]);
  });
});

describe("leading singular vectors", () => {
  // A = u1 5 v1' + u2 2 v2', with orthonormal columns.
  const s = Math.SQRT1_2;
  const matrix = Float64Array.from([5 * s, 2 * s, 5 * s, -2 * s, 0, 0]);

  it("are those of a matrix that is made of them, whichever side is longer", () => {
    const tall = leadingVectors(matrix, 3, 2);
    expect([...tall.values].map((v) => Math.round(v * 1e6) / 1e6)).toEqual([5, 2]);
    expect([...tall.projection].map(Math.abs)[0]).toBeCloseTo(5 * s, 6);
    const turned = Float64Array.from([5 * s, 5 * s, 0, 2 * s, -2 * s, 0]);
    const wide = leadingVectors(turned, 2, 3);
    expect(wide.values[0]).toBeCloseTo(5, 6);
    expect(Math.abs(wide.projection[0]!)).toBeCloseTo(5, 6);
    expect(wide.projection[1]!).toBeCloseTo(0, 6);
  });

  it("of a matrix with columns of zeros are followed by zeros, and none comes twice", () => {
    const few = Float64Array.from([5 * s, 0, 2 * s, 0, 5 * s, 0, -2 * s, 0, 0, 0, 0, 0]);
    const { values } = leadingVectors(few, 3, 4);
    expect([...values].map((v) => Math.round(v * 1e6) / 1e6)).toEqual([5, 2, 0]);
  });

  it("of nothing are zero", () => {
    const none = leadingVectors(new Float64Array(6), 3, 2);
    expect([...none.projection]).toEqual([0, 0, 0]);
  });
});

describe("non-negative factors", () => {
  it("find the parts that a matrix is the sum of, strongest first, the same for one seed", () => {
    // Channel 0 and 1 answer on the left half, channel 2 on the right one, weaker.
    const planes = Float64Array.from([4, 4, 0, 0, 2, 2, 0, 0, 0, 0, 1, 1]);
    const found = factorise(planes, 3, 4, 2, 500, new Random(1));
    expect(found.explained).toBeGreaterThan(0.999);
    expect(found.maps[0]!).toBeCloseTo(Math.hypot(4, 2), 2);
    expect(found.maps[2]!).toBeCloseTo(0, 2);
    expect(found.maps[4 + 2]!).toBeCloseTo(1, 2);
    const again = factorise(planes, 3, 4, 2, 500, new Random(1));
    expect(again.maps).toEqual(found.maps);
  });
});
