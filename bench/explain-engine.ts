// The ways of seeing as the library gives them, on the tutorial's network: milliseconds on the clock and of
// all threads together, one line of JSON.
// `tsx bench/explain-engine.ts MODEL THREADS CASE...`, the peer of explain-torch.py.
import { Random } from "../src/base/random.ts";
import { float32 } from "../src/base/tensor.ts";
import {
  dreamView,
  gradCamPlusPlusView,
  gradCamView,
  gradientView,
  hiresCamView,
  integratedGradientsView,
  layerCamView,
  loadModel,
  occlusionView,
  riseView,
  smoothgradView,
  xgradCamView,
} from "../src/index.ts";
import { median } from "./report.ts";

const [path, threads, ...cases] = process.argv.slice(2);
const model = await loadModel(path!, { threads: Number(threads) });
const random = new Random(1);
const shape = [1, 150, 150, 3];
const photo = float32(
  shape,
  Float32Array.from({ length: 150 * 150 * 3 }, () => random.uniform()),
);
const target = "class:1";
const see = (view: Parameters<typeof model.view>[0], asks: object) =>
  model.view(view, photo, asks as never);
const cams = [gradCamView, gradCamPlusPlusView, xgradCamView, layerCamView, hiresCamView];

const work: Record<string, [repeats: number, run: () => Promise<unknown>]> = {
  gradient: [20, () => see(gradientView as never, { target })],
  "grad-cam": [20, () => see(gradCamView as never, { target })],
  "all CAMs": [
    10,
    async () => {
      for (const cam of cams) await see(cam as never, { target, layer: "conv" });
    },
  ],
  "integrated-gradients": [3, () => see(integratedGradientsView as never, { target, steps: 50 })],
  smoothgrad: [3, () => see(smoothgradView as never, { target, samples: 50 })],
  occlusion: [1, () => see(occlusionView as never, { target, window: 15, stride: 5 })],
  rise: [1, () => see(riseView as never, { target, masks: 1000 })],
  maximise: [
    1,
    () =>
      see(dreamView as never, {
        target: "unit:conv2d_2[5]",
        objective: "mean",
        parameterisation: "pixels",
        transforms: "none",
        steps: 256,
        previews: 1,
      }),
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
await model.dispose();
process.stdout.write(`${JSON.stringify(times)}\n`);
