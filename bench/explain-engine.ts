// The engine's part of the ways of seeing, on the tutorial's network: milliseconds on the clock and
// of all threads together, one line of JSON.
// `tsx bench/explain-engine.ts MODEL THREADS CASE...`, the peer of explain-torch.py.
import { Random } from "../src/base/random.ts";
import { type Tensor, float32, toFloat32 } from "../src/base/tensor.ts";
import { findValue } from "../src/model/target/find-value.ts";
import { type GradientQuery, seedAt } from "../src/model/gradients/gradient-query.ts";
import { RunningNetwork } from "../src/model/running.ts";
import { loadModel } from "../src/index.ts";
import { runtime } from "../src/runtime/node/index.ts";
import { median } from "./report.ts";

const [path, threads, ...cases] = process.argv.slice(2);
const { network } = await loadModel(path!);
const running = new RunningNetwork(network, runtime, { threads: Number(threads) });
const [height, width, channels] = [150, 150, 3];
const size = height * width * channels;
const random = new Random(1);
const noise = (): Float32Array => Float32Array.from({ length: size }, () => random.uniform());
const photo = noise();
const input = network.inputs[0]!;
const logit = findValue(network, "dense_1_pre").value;
const maps = findValue(network, "conv2d_3").value;

const tensorOf = (rows: number, fill: (row: Float32Array, i: number) => void): Tensor => {
  const data = new Float32Array(rows * size);
  for (let i = 0; i < rows; i++) fill(data.subarray(i * size, (i + 1) * size), i);
  return float32([rows, height, width, channels], data);
};
/** Rows made as they are needed. */
const rowsOf = (rows: number, fill: (row: Float32Array, i: number) => void) => ({
  rows,
  feeds: (start: number, count: number) => ({
    [input.name]: tensorOf(count, (row, i) => fill(row, start + i)),
  }),
});
const one = { [input.name]: tensorOf(1, (row) => row.set(photo)) };
const class1 = [{ value: logit, seed: seedAt([0]) }];
const byPhoto: GradientQuery = { of: class1, wrt: [input.value] };

const gradients = (rows: number, fill: (row: Float32Array, i: number) => void) =>
  running.gradients(rowsOf(rows, fill), byPhoto);

const work: Record<string, [repeats: number, run: () => Promise<unknown>]> = {
  gradient: [20, () => running.gradients(one, byPhoto)],
  "grad-cam": [20, () => running.gradients(one, { of: class1, wrt: [maps], values: [maps] })],
  "integrated-gradients": [
    3,
    () => gradients(50, (row, i) => row.forEach((_, k) => (row[k] = (photo[k]! * (i + 0.5)) / 50))),
  ],
  smoothgrad: [
    3,
    () =>
      gradients(50, (row) => row.forEach((_, k) => (row[k] = photo[k]! + random.normal(0, 0.1)))),
  ],
  occlusion: [
    1,
    () =>
      running.runRows(
        rowsOf(28 * 28, (row, i) => {
          row.set(photo);
          const [top, left] = [5 * Math.floor(i / 28), 5 * (i % 28)];
          for (let y = top; y < top + 15; y++)
            row.fill(0, (y * width + left) * channels, (y * width + left + 15) * channels);
        }),
        [logit],
      ),
  ],
  rise: [
    1,
    () =>
      running.runRows(
        rowsOf(1000, (row) => {
          for (let k = 0; k < size; k += channels) {
            const mask = random.uniform();
            for (let c = k; c < k + channels; c++) row[c] = photo[c]! * mask;
          }
        }),
        [logit],
      ),
  ],
  maximise: [
    1,
    async () => {
      const { value } = findValue(network, "conv2d_2_pre");
      const query = { of: [{ value, seed: seedAt([5], 1 / (34 * 34)) }], wrt: [input.value] };
      const data = noise();
      const feeds = { [input.name]: float32([1, height, width, channels], data) };
      for (let step = 0; step < 256; step++) {
        const g = toFloat32((await running.gradients(feeds, query)).gradients[0]!).data;
        const norm = Math.sqrt(g.reduce((sum, each) => sum + each * each, 0) / size) + 1e-8;
        // The gradient comes in planes, the picture is in pixels.
        for (let c = 0, k = 0; c < channels; c++)
          for (let at = c; at < size; at += channels) data[at]! += (0.05 * g[k++]!) / norm;
      }
    },
  ],
};

const times: Record<string, { wall: number; cpu: number }> = {};
for (const name of cases) {
  const [repeats, run] = work[name]!;
  if (repeats > 1) await run();
  const [wall, cpu]: [number[], number[]] = [[], []];
  for (let i = 0; i < repeats; i++) {
    const [start, busy] = [performance.now(), process.cpuUsage()];
    await run();
    wall.push(performance.now() - start);
    const { user, system } = process.cpuUsage(busy);
    cpu.push((user + system) / 1000);
  }
  times[name] = { wall: median(wall), cpu: median(cpu) };
}
await running.release();
process.stdout.write(`${JSON.stringify(times)}\n`);
