import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { sizeOf } from "../src/base/shape.ts";
import { type Tensor, float32 } from "../src/base/tensor.ts";

/** Numbers that real Keras gave, written by fixtures/training.py and training_more.py. */
export const readFixture = <T>(name: string): T =>
  JSON.parse(
    readFileSync(fileURLToPath(new URL(`../fixtures/data/${name}`, import.meta.url)), "utf8"),
  ) as T;

/** Numbers in [low, high) by the formula of fixtures/training.py. */
export function formula(
  shape: readonly number[],
  low: number,
  high: number,
  skip: number,
): Tensor<"float32"> {
  const u = (i: number) => Number((BigInt(i) * 2654435761n) & 0xffffffffn) / 2 ** 32;
  return float32(
    shape,
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => low + (high - low) * u(i + skip)),
  );
}
