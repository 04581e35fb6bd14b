import { describe, expect, it } from "vitest";
import { layerLine } from "./layer-numbers.ts";

describe("the line of a layer", () => {
  it("counts what is dead, constant and not finite", () => {
    const line = layerLine({
      address: "conv2d",
      class: "Conv2D + relu",
      shape: [1, 6, 5, 16],
      range: { low: 0, high: 1.23456 },
      zeros: 0.412,
      maps: 16,
      dead: 1,
      constant: 2,
      nonFinite: 0,
    });
    expect(line).toEqual([
      "conv2d",
      "Conv2D + relu",
      "(1, 6, 5, 16)",
      "0 .. 1.23",
      "41 %",
      "1 dead, 2 constant of 16",
    ]);
  });

  it("has one number for one value, and says nothing of the dead maps of what makes none", () => {
    const unit = { address: "dense", class: "Dense", shape: [1, 1], zeros: 0, maps: 1 };
    const odd = { dead: 0, constant: 0, nonFinite: 0 };
    expect(layerLine({ ...unit, ...odd, range: { low: 0.13, high: 0.13 } }).slice(3)).toEqual([
      ...["0.13", "0 %", ""],
    ]);
  });
});
