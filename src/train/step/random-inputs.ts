import { Random } from "../../base/random.ts";
import { sizeOf } from "../../base/shape.ts";
import { type Tensor, float32 } from "../../base/tensor.ts";
import type { RandomInput } from "../../layers/define-layer.ts";

/**
 * Draws the random tensors of one step, for a whole batch: dropout masks, noise. They depend on the
 * seed and the number of the step alone, so that a training that was stopped goes on with the same
 * ones, however many workers share them.
 */
export function drawRandomInputs(
  inputs: readonly RandomInput[],
  rows: number,
  seed: number,
  step: number,
): Record<string, Tensor> {
  return Object.fromEntries(
    inputs.map((input, i) => {
      const shape = input.shape.map((length) => length ?? rows);
      // Streams far apart for each step and input.
      const random = new Random(seed, step * 4099 + i + 1);
      return [input.value, float32(shape, draw(input, sizeOf(shape), rows, random))];
    }),
  );
}

function draw(
  { distribution, rate }: RandomInput,
  size: number,
  rows: number,
  random: Random,
): Float32Array {
  const data = new Float32Array(size);
  if (distribution === "share") return data.fill(1 / rows);
  if (distribution === "dropout") {
    const kept = rate < 1 ? 1 / (1 - rate) : 0;
    const drawn = new Float64Array(4096);
    for (let start = 0; start < size; start += drawn.length) {
      random.fillUniform(drawn);
      const end = Math.min(size, start + drawn.length);
      // Without a branch, which could only be guessed.
      for (let i = start; i < end; i++) data[i] = kept * Number(drawn[i - start]! >= rate);
    }
  } else if (distribution === "normal")
    for (let i = 0; i < size; i++) data[i] = random.normal(0, rate);
  else for (let i = 0; i < size; i++) data[i] = random.uniform();
  return data;
}
