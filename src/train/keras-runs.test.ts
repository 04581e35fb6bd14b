import { describe, expect, test } from "vitest";
import { formula, readFixture } from "../../test/training-fixtures.ts";
import { type Tensor, float32 } from "../base/tensor.ts";
import { parseKerasModel } from "../formats/keras/parse-model.ts";
import { initializeWeights } from "../model/lowering/initialize-weights.ts";
import type { KerasModel } from "../model/model.ts";
import { runtime as node } from "../runtime/node/index.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { runtime as web } from "../runtime/web/index.ts";
import type { CompileOptions } from "./compile/compile.ts";
import { evaluate } from "./evaluate.ts";
import { fastExecutor } from "./step/fast-executor.ts";
import { fit } from "./fit.ts";
import { kerasTrainable } from "./source/keras-trainable.ts";
import { Trainer } from "./trainer.ts";
import { type TensorData, batchesOf } from "./data/training-data.ts";

interface Run {
  model: { class_name: string; config: unknown };
  compile: Record<string, unknown>;
  optimizer: { class_name: string; config: Record<string, unknown> };
  /** Of labels, by output: a number of classes, or values. */
  kinds: (number | "values" | "steps")[];
  sampleWeights: number[] | null;
  reported: Record<string, number>[];
  after: Record<string, number[][]>;
  evaluated: Record<string, number>;
  history: Record<string, number[]>;
}
const fixture = readFixture<{ rows: number; last: number; runs: Record<string, Run> }>(
  "training-more.json",
);

/** The weights that the fixture's runs start from. */
function fillWeights(model: KerasModel): void {
  initializeWeights(model, 0);
  let skip = 1;
  const fill = ({ layers }: KerasModel): void => {
    for (const layer of layers) {
      if (layer.model) fill(layer.model);
      for (const [name, { shape }] of layer.weights) {
        const size = shape.reduce((product, length) => product * length, 1);
        if (/variance|gamma/.test(name)) {
          layer.weights.set(name, float32(shape, new Float32Array(size).fill(1)));
          continue;
        }
        const fan = shape.slice(0, -1).reduce((product, length) => product * length, 1);
        const limit = shape.length > 1 ? Math.sqrt(3 / fan) : 0.1;
        layer.weights.set(name, formula(shape, -limit, limit, skip));
        skip += 1000;
      }
    }
  };
  fill(model);
}

function trainerOf(run: Run, runtime: Runtime, fast: boolean): Trainer {
  const model = parseKerasModel(run.model, { kerasVersion: 3 });
  fillWeights(model);
  const { loss, loss_weights, metrics, weighted_metrics } = run.compile;
  const options = {
    optimizer: run.optimizer,
    loss,
    lossWeights: loss_weights,
    metrics,
    weightedMetrics: weighted_metrics,
  } as CompileOptions;
  const createExecutor = fast ? fastExecutor(runtime, { threads: 2 }) : undefined;
  return new Trainer(kerasTrainable(model), options, { runtime, threads: 1, createExecutor });
}

/** The batch of a step, by name: the order of inputs and outputs is the model's affair. */
function batchOf(run: Run, trainer: Trainer, step: number): TensorData {
  const rows = step === run.reported.length - 1 ? fixture.last : fixture.rows;
  const { inputs, outputs } = trainer.network;
  const sized = (shape: readonly unknown[]) => [rows, ...(shape.slice(1) as number[])];
  const label = (kind: Run["kinds"][number], i: number): Tensor => {
    const shape = sized(outputs[i]!.shape);
    if (kind === "steps") {
      const [, steps, units] = shape as [number, number, number];
      const at = (k: number) => step * 5 + Math.floor(k / steps) * 3 + (k % steps);
      return float32(
        [rows, steps],
        Array.from({ length: rows * steps }, (_, k) => at(k) % units),
      );
    }
    if (kind === "values") return formula(shape, 0, 1, 7907 * (step + 1) + 103 * i);
    const classes = Array.from({ length: rows }, (_, r) => (step * 5 + r * 3 + r * r + i) % kind);
    return float32([rows], classes);
  };
  const named = <T>(names: readonly { name: string }[], make: (i: number) => T) =>
    Object.fromEntries(names.map(({ name }, i) => [name, make(i)]).reverse());
  return {
    x: named(inputs, (i) => formula(sized(inputs[i]!.shape), -1, 1, 7919 * (step + 1) + 101 * i)),
    y: named(outputs, (i) => label(run.kinds[i]!, i)),
  };
}

function expectLogs(got: Record<string, number>, want: Record<string, number>): void {
  expect(Object.keys(got).sort()).toEqual(Object.keys(want).sort());
  for (const [name, value] of Object.entries(want))
    expect(Math.abs(got[name]! - value), `${name} ${got[name]} for ${value}`).toBeLessThan(1e-4);
}

function expectWeights(trainer: Trainer, want: Run["after"]): void {
  const norm = (list: readonly number[]) => Math.hypot(...list);
  for (const layer of trainer.source.contents().keras!.layers) {
    const own = layer.model ? layer.model.layers.flatMap((each) => [...each.weights]) : [];
    const weights = [...own, ...layer.weights];
    expect(weights.length, layer.name).toBe(want[layer.name]?.length ?? 0);
    weights.forEach(([name, { data }], i) => {
      const wanted = want[layer.name]![i]!;
      const difference = wanted.map((value, k) => Number(data[k]) - value);
      expect(norm(difference), `${layer.name}/${name}`).toBeLessThan(1e-3 * norm(wanted) + 1e-6);
    });
  }
}

describe("training follows Keras, the last batch a smaller one", () => {
  const everywhere = Object.entries(fixture.runs).flatMap(([name, run]) => [
    [name, "plain", run, node, false] as const,
    [name, "fast", run, node, true] as const,
    ...(name === "several" ? [[name, "WebAssembly", run, web, false] as const] : []),
  ]);
  test.each(everywhere)("%s, %s", async (_, __, run, runtime, fast) => {
    const trainer = trainerOf(run, runtime, fast);
    expect(trainer.compiled.notices).toEqual([]);
    for (const [step, want] of run.reported.entries()) {
      const batch = batchOf(run, trainer, step);
      const rows = step === run.reported.length - 1 ? fixture.last : fixture.rows;
      const weights = run.sampleWeights?.slice(0, rows);
      const sampleWeight = weights && float32([rows], weights);
      await trainer.prepare(fixture.rows);
      expectLogs(await trainer.trainOnBatch({ ...batch, sampleWeight }), want);
    }
    await trainer.sync();
    expectWeights(trainer, run.after);
    const rest = batchesOf(batchOf(run, trainer, run.reported.length), { batchSize: 2 });
    expectLogs(await evaluate(trainer, rest), run.evaluated);
    const { history } = await fit(trainer, rest, { epochs: 2, validationData: rest });
    expect(Object.keys(history).sort()).toEqual(Object.keys(run.history).sort());
    for (const [name, values] of Object.entries(run.history))
      values.forEach((value, epoch) =>
        expect(Math.abs(history[name]![epoch]! - value), name).toBeLessThan(2e-4),
      );
    await trainer.close();
  });
});

test("several outputs are reported in their order, each one's loss before the metrics", async () => {
  const run = fixture.runs.several!;
  const trainer = trainerOf(run, node, false);
  const logs = await trainer.trainOnBatch(batchOf(run, trainer, 0));
  await trainer.close();
  expect(Object.keys(logs)).toEqual([
    "loss",
    ...["zed_loss", "alf_loss", "mid_loss"],
    ...["zed_accuracy", "zed_mse", "alf_accuracy", "zed_weighted_accuracy"],
  ]);
  // Keras 3 would give weights by name to losses in order by the sorted names.
  expect(trainer.compiled.serialized.loss_weights).toEqual([2, 0.5, 1]);
});
