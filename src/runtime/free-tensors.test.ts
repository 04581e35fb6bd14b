import { expect, it } from "vitest";
import { float32 } from "../base/tensor.ts";
import { freeTensors } from "./free-tensors.ts";

it("the memory of large tensors is back at once, small ones stay", () => {
  const memory = (): number => process.memoryUsage().arrayBuffers;
  const before = memory();
  const large = float32([1 << 22], new Float32Array(1 << 22).fill(1));
  const half = float32([1 << 21], large.data.subarray(1 << 21));
  const small = float32([2], [1, 2]);
  expect(memory() - before).toBeGreaterThan(2 ** 24 - 1);
  freeTensors([large, half, small]);
  expect(memory() - before).toBeLessThan(1 << 20);
  expect([large, half, small].map(({ data }) => data.length)).toEqual([0, 0, 2]);
});
