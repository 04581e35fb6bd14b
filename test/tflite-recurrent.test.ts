import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { loadModel } from "../src/index.ts";
import { float32 } from "../src/base/tensor.ts";

// Recurrent ops of TFLite against its own interpreter (fixtures/tflite-recurrent.py).

interface Numbers {
  shape: number[];
  data: number[];
}

const file = new URL("../fixtures/data/tflite-recurrent.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(file, "utf8")) as {
  cases: { name: string; file: string; x: Numbers; y: Numbers[] }[];
};

it.each(cases)("$name", async ({ file: content, x, y }) => {
  const model = await loadModel(Buffer.from(content, "base64"));
  const { name } = model.network.inputs[0]!;
  const outputs = await model.predictAll({ [name]: float32(x.shape, Float32Array.from(x.data)) });
  expect(outputs.map(({ shape }) => shape)).toEqual(y.map(({ shape }) => shape));
  for (const [i, { data }] of outputs.entries())
    y[i]!.data.forEach((wanted, k) => expect(Number(data[k])).toBeCloseTo(wanted, 5));
  await model.dispose();
});
