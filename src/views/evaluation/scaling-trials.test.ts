import { describe, expect, it } from "vitest";
import { trialsInWords } from "./scaling-trials.ts";

describe("scalings that were tried", () => {
  it("are named where one is right more often than the guess", () => {
    const accuracies = [
      { scale: "1/255", accuracy: 0.5 },
      { scale: "-1..1", accuracy: 0.75 },
      { scale: "imagenet", accuracy: 1 },
    ];
    expect(trialsInWords({ pictures: 64, accuracies })).toBe(
      "on 64 of the pictures, --scale imagenet is right in 100 %, and the guess in 50 %: the network may have been trained with it",
    );
    expect(trialsInWords({ pictures: 64, accuracies: accuracies.toReversed() })).toBe(
      "on 64 of the pictures, no other usual scaling is right more often (100 %)",
    );
  });
});
