import { expect, it } from "vitest";
import { notTraining } from "./not-training.ts";

const INT32 = 3;
const number = (name: string) => ({
  name,
  op: "Placeholder",
  inputs: [],
  attributes: { dtype: { type: INT32 }, shape: { shape: [] } },
});

it.each(["is_test", "inference_mode", "scope/testing", "eval_1"])("%s is 1", (name) => {
  expect(notTraining([number(name)], new Map()).constants.get(name)?.data[0]).toBe(1);
});

it.each(["test_index", "predicted_class_count", "eval_length"])("%s is fed", (name) => {
  expect(notTraining([number(name)], new Map()).constants.size).toBe(0);
});
