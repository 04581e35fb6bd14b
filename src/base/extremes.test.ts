import { Linter } from "eslint";
import { expect, it } from "vitest";
import { boundedSpreads } from "../../scripts/lint/bounded-spreads.js";
import { largest, pushAll, smallest } from "./extremes.ts";

it("take lists of any length", () => {
  const many = Float64Array.from({ length: 500_000 }, (_, i) => i - 7);
  expect([smallest(many), largest(many)]).toEqual([-7, 499_992]);
  expect([smallest([]), largest([]), largest([1, NaN, 2])]).toEqual([Infinity, -Infinity, NaN]);
  const list = [1];
  pushAll(list, many);
  expect(list).toHaveLength(500_001);
});

it("the rule finds lists that become arguments", () => {
  const linter = new Linter();
  const found = (code: string) =>
    linter.verify(code, {
      plugins: { striate: { rules: { "bounded-spreads": boundedSpreads } } },
      rules: { "striate/bounded-spreads": "error" },
    } as never).length;
  for (const code of ["Math.max(...x)", "list.push(0, ...x)", "String.fromCharCode(...bytes)"])
    expect(found(code), code).toBe(1);
  for (const code of ["Math.max(...[a, b])", "Math.max(...x) // bounded: two", "f(...x)"])
    expect(found(code), code).toBe(0);
});
