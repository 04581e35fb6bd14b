import { describe, expect, it } from "vitest";
import { type Tensor, float32, tensor } from "./tensor.ts";
import { compareTensors, relativeDifference } from "./compare-tensors.ts";

describe("comparing tensors", () => {
  const of = (...values: number[]): Tensor => float32([values.length], values);

  it("measures the largest difference, the magnitude and the angle", () => {
    const { largest, magnitude, cosine } = compareTensors(of(3, 0), of(0, 4));
    expect([largest, magnitude, cosine]).toEqual([4, 3, 0]);
    expect(compareTensors(of(1, 2), of(2, 4)).cosine).toBeCloseTo(1, 6);
    expect(compareTensors(of(1, 2), of(-1, -2)).cosine).toBeCloseTo(-1, 6);
    expect(compareTensors(of(0, 0), of(0, 0)).cosine).toBe(1);
  });

  it("takes NaN and infinity for equal only where both have them", () => {
    expect(compareTensors(of(NaN, Infinity, 1), of(NaN, Infinity, 1)).largest).toBe(0);
    expect(compareTensors(of(NaN, 1), of(0, 1)).largest).toBeNaN();
    expect(compareTensors(of(Infinity), of(-Infinity)).largest).toBe(Infinity);
  });

  it("refuses other shapes, and takes other types", () => {
    expect(() => compareTensors(of(1), of(1, 2))).toThrow(/\(1,\) and \(2,\)/);
    expect(compareTensors(of(1, 2), tensor("uint8", [2], Uint8Array.of(1, 4))).largest).toBe(2);
  });

  it("measures differences by the magnitude of the first", () => {
    expect(relativeDifference({ largest: 2, magnitude: 4 })).toBe(0.5);
    expect(relativeDifference({ largest: 2, magnitude: 0 })).toBe(2);
  });
});
