import { type Model, type Tensor, float32, layers, optimizers, sequential } from "striate";
import { type BenchNetwork, noise } from "./networks.ts";

let model: Model;
let batch: readonly [Tensor, Tensor];

async function prepare(network: BenchNetwork): Promise<void> {
  const { size, filters, units } = network;
  model = sequential([
    ...filters.flatMap((each, i) => [
      layers.conv2d({
        filters: each,
        kernelSize: 3,
        activation: "relu",
        ...(i === 0 && { inputShape: [size, size, 3] }),
      }),
      layers.maxPooling2d(),
    ]),
    layers.flatten(),
    layers.dense({ units, activation: "relu" }),
    layers.dense({ units: 1, activation: "sigmoid" }),
  ]);
  await model.compile({
    loss: "binaryCrossentropy",
    optimizer: optimizers.rmsprop({ learningRate: 1e-4 }),
    seed: 1,
  });
  const { x, y } = noise(network);
  batch = [float32([network.batch, size, size, 3], x), float32([network.batch, 1], y)];
}

/** Milliseconds of each step. */
async function run(count: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const before = performance.now();
    await model.trainOnBatch(...batch);
    times.push(performance.now() - before);
  }
  return times;
}

addEventListener("message", ({ data }: MessageEvent<BenchNetwork | number>) => {
  const answer = typeof data === "number" ? run(data) : prepare(data);
  void answer.then(postMessage, (error: Error) => postMessage(String(error)));
});
