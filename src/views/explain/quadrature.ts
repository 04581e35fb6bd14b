/** Points between 0 and 1 and how much each counts; the weights add up to 1 as far as the rule does. */
export interface Quadrature {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

export const quadratureRules = ["gausslegendre", "left", "right", "middle", "trapezoid"] as const;
export type QuadratureRule = (typeof quadratureRules)[number];

/** The rules in words. */
export const ruleWords: Readonly<Record<QuadratureRule, string>> = {
  gausslegendre: "Gauss-Legendre",
  left: "left ends",
  right: "right ends",
  middle: "middles",
  trapezoid: "trapezoids",
};

/** A rule of `steps` points on [0, 1]. */
export function quadrature(rule: QuadratureRule, steps: number): Quadrature {
  if (rule === "gausslegendre") return gaussLegendre(steps);
  const even = (shift: number): Quadrature => ({
    nodes: Float64Array.from({ length: steps }, (_, k) => (k + shift) / steps),
    weights: new Float64Array(steps).fill(1 / steps),
  });
  if (rule === "left") return even(0);
  if (rule === "right") return even(1);
  if (rule === "middle" || steps === 1) return even(0.5);
  // Both ends are points of a trapezoid, and count half.
  const nodes = Float64Array.from({ length: steps }, (_, k) => k / (steps - 1));
  const weights = new Float64Array(steps).fill(1 / (steps - 1));
  weights[0]! /= 2;
  weights[steps - 1]! /= 2;
  return { nodes, weights };
}

/**
 * Gauss-Legendre: exact for polynomials up to degree `2 n - 1`. The nodes are the roots of the Legendre
 * polynomial, found by Newton's method.
 *
 * Source: Abramowitz, Stegun, Handbook of Mathematical Functions, 25.4.29.
 */
function gaussLegendre(n: number): Quadrature {
  // bounded: the steps that are asked for
  const nodes = new Float64Array(n);
  // bounded: the steps that are asked for
  const weights = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let slope = 1;
    for (let round = 0; round < 100; round++) {
      let [before, value] = [1, x];
      for (let k = 2; k <= n; k++)
        [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
      slope = (n * (x * value - before)) / (x * x - 1);
      const step = value / slope;
      x -= step;
      if (Math.abs(step) < 1e-15) break;
    }
    // From [-1, 1] to [0, 1], smallest first.
    nodes[n - 1 - i] = (x + 1) / 2;
    weights[n - 1 - i] = 1 / ((1 - x * x) * slope * slope);
  }
  return { nodes, weights };
}
