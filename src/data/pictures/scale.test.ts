import { describe, expect, it } from "vitest";
import { applyScale } from "./preprocess.ts";
import { formulaOf, parseScale, scaleOf } from "./scale.ts";

/** What goes in for one pixel of red 10, green 20, blue 30. */
function pixel(scale: string): number[] {
  const into = new Float32Array(3);
  applyScale([10, 20, 30], parseScale(scale), 3, "NHWC", into);
  return [...into].map((value) => Number(value.toFixed(3)));
}

describe("the order of the colours behind a scaling", () => {
  it.each([
    ["none", [10, 20, 30]],
    ["none bgr", [30, 20, 10]],
    ["1/10 bgr", [3, 2, 1]],
    ["caffe", [30 - 103.939, 20 - 116.779, 10 - 123.68]],
    ["caffe bgr", [30 - 103.939, 20 - 116.779, 10 - 123.68]],
    ["caffe rgb", [10 - 123.68, 20 - 116.779, 30 - 103.939]],
    ["imagenet rgb", pixel("imagenet")],
    ["imagenet bgr", [...pixel("imagenet")].reverse()],
  ])("%s gives %j", (scale, values) => {
    pixel(scale).forEach((value, i) => expect(value).toBeCloseTo(values[i]!, 3));
  });

  it("is said in words, and a scaling that is none stays none", () => {
    expect(parseScale("1/255 bgr").words).toBe("x / 255, in the order blue, green, red");
    expect(parseScale("caffe rgb").words).toBe(
      "minus the mean of ImageNet, in the order red, green, blue",
    );
    expect(() => parseScale("nine bgr")).toThrow(/scaling "nine" is not known/);
    expect(() => parseScale("1/255 gbr")).toThrow(/not known/);
  });

  it("knows formulas, with one number for all channels or one for each", () => {
    expect(parseScale("(x - 114) / 57")).toMatchObject({
      multiply: [1 / 57, 1 / 57, 1 / 57],
      add: [-2, -2, -2],
      words: "(x - 114) / 57",
    });
    const each = parseScale("(x - [1, 2, 3]) / [2, 4, 8] bgr");
    expect(each).toMatchObject({ order: "bgr", multiply: [1 / 8, 1 / 4, 1 / 2] });
    expect(parseScale("(x + 14) * 0.5")).toMatchObject({
      multiply: [0.5, 0.5, 0.5],
      add: [7, 7, 7],
    });
    expect(parseScale("(x - 114) * 0.018632758408784866").words).toBe(
      "(x - 114) * 0.0186328: the code is the pixel",
    );
    for (const text of ["(x - 1) / 0", "(x - [1, 2]) / 3", "(x - 1)", "(x - 1) / y"])
      expect(() => parseScale(text)).toThrow("not known");
  });

  it("writes what it reads", () => {
    expect(scaleOf([127.5], [127.5])).toBe("-1..1");
    expect(scaleOf([0, 0, 0], [255, 255, 255])).toBe("0..1");
    expect(formulaOf([-14], "*", [0.5])).toBe("(x + 14) * 0.5");
    expect(parseScale(formulaOf([-1, 2, 3], "/", [4])).add).toEqual([0.25, -0.5, -0.75]);
  });
});
