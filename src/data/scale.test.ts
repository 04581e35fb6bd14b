import { describe, expect, it } from "vitest";
import { applyScale } from "./preprocess.ts";
import { parseScale } from "./scale.ts";

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
});
