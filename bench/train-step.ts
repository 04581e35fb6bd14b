// Training steps in striate, one process: `tsx bench/train-step.ts NETWORK.json ROWS STEPS [without...]`
// prints one line of JSON. The other side is tensorflow-step.py.
import { readFileSync } from "node:fs";
import { Random } from "../src/base/random.ts";
import { sizeOf } from "../src/base/shape.ts";
import { float32 } from "../src/base/tensor.ts";
import { parseKerasModel } from "../src/formats/keras/parse-model.ts";
import { initializeWeights } from "../src/model/lowering/initialize-weights.ts";
import { runtime } from "../src/runtime/node/index.ts";
import { fastExecutor } from "../src/train/step/fast-executor.ts";
import { kerasTrainable } from "../src/train/source/keras-trainable.ts";
import { Trainer } from "../src/train/trainer.ts";
import type { StepTimes } from "./report.ts";

const [path, rows, steps, ...without] = process.argv.slice(2) as [string, string, string];
const model = parseKerasModel(JSON.parse(readFileSync(path, "utf8")), { kerasVersion: 3 });
initializeWeights(model, 1);
const trainer = new Trainer(
  kerasTrainable(model),
  {
    loss: "binary_crossentropy",
    optimizer: { class_name: "RMSprop", config: { learning_rate: 1e-4 } },
    metrics: ["accuracy"],
  },
  { runtime, createExecutor: fastExecutor(runtime, { threads: 2, without }), seed: 1 },
);
const random = new Random(1);
const shape = [Number(rows), ...trainer.network.inputs[0]!.shape.slice(1).map(Number)];
const x = float32(
  shape,
  Float32Array.from({ length: sizeOf(shape) }, () => random.uniform()),
);
const y = float32(
  [Number(rows), 1],
  Float32Array.from({ length: Number(rows) }, () => random.integer(2)),
);

const times: StepTimes = {
  engine: `striate on ${await runtime.engine()}`,
  wall: [],
  cpu: [],
  peakMegabytes: 0,
};
for (let step = 0; step < Number(steps); step++) {
  const before = { wall: performance.now(), cpu: process.cpuUsage() };
  await trainer.trainOnBatch({ x, y });
  const { user, system } = process.cpuUsage(before.cpu);
  times.wall.push(performance.now() - before.wall);
  times.cpu.push((user + system) / 1e3);
}
await trainer.close();
times.peakMegabytes = process.resourceUsage().maxRSS / 1e3;
process.stdout.write(`${JSON.stringify(times)}\n`);
