import { describe, expect, it } from "vitest";
import { Budget } from "./budget.ts";

describe("the budget of a file", () => {
  it("grows with the file, and counts everything together", () => {
    const small = new Budget(0);
    small.take(100e6, "a dataset");
    expect(() => small.take(100e6, "a dataset")).toThrow(/a dataset needs 100 MB of memory/);
    const large = new Budget(100e6);
    large.take(100e6, "a dataset");
    large.take(100e6, "a dataset");
  });

  it("ends what would never end", () => {
    const budget = new Budget(10);
    expect(() => {
      for (;;) budget.step();
    }).toThrow(/reading never ends/);
  });

  it("takes no impossible number", () => {
    for (const bytes of [NaN, Infinity, 2 ** 53])
      expect(() => new Budget(10).take(bytes, "x")).toThrow(/an impossible amount of memory/);
    expect(() => new Budget(10).step(NaN)).toThrow(/never ends/);
  });
});
