import { describe, expect, it } from "vitest";
import { parseByteSize } from "../byte-size.ts";
import { compareCodePoints } from "../files/code-point-order.ts";
import { numpyPermutation } from "./numpy-permutation.ts";
import { resolveSplit } from "./split-words.ts";
import { validationSplit } from "./validation-split.ts";

const sizes = new Map([
  ["train", 23262],
  ["test", 7],
]);
const ranges = (words: string) =>
  resolveSplit(words, sizes).map(({ split, from, to }) => `${split} ${from} ${to}`);

describe("resolveSplit, in the words of TensorFlow Datasets", () => {
  it.each([
    ["train", ["train 0 23262"]],
    ["train[:80%]", ["train 0 18610"]],
    ["train[80%:]", ["train 18610 23262"]],
    ["train[10%:20%]", ["train 2326 4652"]],
    ["train[-20%:]", ["train 18610 23262"]],
    ["train[:1000]", ["train 0 1000"]],
    ["train[-500:]", ["train 22762 23262"]],
    ["train[100:-100]", ["train 100 23162"]],
    ["test[:50%]", ["test 0 4"]],
    ["train[:1%] + test", ["train 0 233", "test 0 7"]],
    ["all", ["train 0 23262", "test 0 7"]],
  ])("%s", (words, want) => {
    expect(ranges(words)).toEqual(want);
  });

  it("rounds halves to even, as Python does, so that the two sides meet", () => {
    const ten = new Map([["train", 10]]);
    expect(resolveSplit("train[:25%]", ten)).toEqual([{ split: "train", from: 0, to: 2 }]);
    expect(resolveSplit("train[25%:]", ten)).toEqual([{ split: "train", from: 2, to: 10 }]);
    expect(resolveSplit("train[:35%]", ten)).toEqual([{ split: "train", from: 0, to: 4 }]);
  });

  it.each([
    ["train[80%]", "is not understood"],
    ["train[:]", "is not understood"],
    ["train[:80]%", "is not understood"],
    ["tain", 'no split "tain"; there are train'],
    ["train[:120%]", "goes beyond 100%"],
    ["test[:8]", 'goes beyond the 7 examples of "test"'],
    ["train[10:50%]", "mixes percents and counts"],
    ["train[:0%]", "holds no examples"],
    ["train[80%:20%]", "holds no examples"],
  ])("refuses %s", (words, message) => {
    expect(() => resolveSplit(words, sizes)).toThrow(message);
  });
});

describe("validationSplit", () => {
  it("takes the last rows, in doubles", () => {
    expect(validationSplit(23262, 0.2)).toEqual({ train: 18609, validation: 4653 });
    expect(validationSplit(10, 0.7)).toEqual({ train: 3, validation: 7 });
  });

  it("says which part would be empty", () => {
    expect(() => validationSplit(10, 0.9)).toThrow(
      "0.9 over 10 examples leaves no example to train on",
    );
    expect(() => validationSplit(10, 0)).toThrow("not between 0 and 1");
  });
});

describe("numpyPermutation", () => {
  it("is numpy.random.RandomState(seed).permutation(n)", () => {
    expect([...numpyPermutation(10, 42)]).toEqual([8, 1, 5, 0, 7, 2, 9, 4, 3, 6]);
    expect([...numpyPermutation(5, 0)]).toEqual([2, 0, 1, 3, 4]);
    const long = numpyPermutation(23262, 42);
    expect([...long.subarray(0, 5)]).toEqual([8037, 6366, 2602, 17637, 11943]);
    expect(long.reduce((sum, value, i) => sum + value * i, 0)).toBe(3150855656488);
  });
});

describe("compareCodePoints", () => {
  it("sorts as Python does: no locale, no number sense, code points beyond U+FFFF last", () => {
    const names = [
      "\u{1F600}",
      "dog10",
      "dog9",
      "\uFF21",
      "Zebra",
      "apple",
      "\u{1F601}",
      "äpfel",
      "dog",
    ];
    expect(names.sort(compareCodePoints)).toEqual([
      "Zebra",
      "apple",
      "dog",
      "dog10",
      "dog9",
      "äpfel",
      "\uFF21",
      "\u{1F600}",
      "\u{1F601}",
    ]);
  });
});

describe("parseByteSize", () => {
  it("reads amounts as people write them", () => {
    expect(["512m", "1.5 GB", "2GiB", "100", 7].map(parseByteSize)).toEqual([
      2 ** 29,
      1.5 * 2 ** 30,
      2 ** 31,
      100,
      7,
    ]);
    expect(() => parseByteSize("lots")).toThrow('"lots" is not understood');
    expect(() => parseByteSize(NaN)).toThrow("not understood");
  });
});
