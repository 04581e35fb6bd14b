import { expect, test } from "vitest";
import { freeBuffer } from "./free-buffer.ts";

test("a buffer that is freed holds nothing any more", () => {
  const data = new Float32Array(1000);
  freeBuffer(data.buffer);
  expect(data.length).toBe(0);
});

test("memory that threads share is not one thread's to free", () => {
  const data = new Float32Array(new SharedArrayBuffer(4000));
  freeBuffer(data.buffer);
  expect(data.length).toBe(1000);
});
