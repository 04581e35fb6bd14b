import { describe, expect, test } from "vitest";
import { formula, readFixture } from "../../../test/training-fixtures.ts";
import { sizeOf } from "../../base/shape.ts";
import { type Tensor, float32 } from "../../base/tensor.ts";
import { parseKerasModel } from "../../formats/keras/parse-model.ts";
import { penaltyOf } from "../../training/regularizers.ts";
import { lowerModel } from "../../model/lowering/lower.ts";
import type { KerasModel } from "../../model/model.ts";
import { toGraph, weightToGraph, weightToUser } from "../../model/network.ts";
import { runtime as node } from "../../runtime/node/index.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { runtime as web } from "../../runtime/web/index.ts";
import { compile } from "../compile/compile.ts";
import { plainExecutor } from "./plain-executor.ts";
import { kerasTraining } from "../source/keras-trainable.ts";
import { planTraining } from "../compile/plan.ts";

interface Run {
  model: { class_name: string; config: unknown };
  loss: string;
  optimizer: { class_name: string; config: Record<string, unknown> };
  inputs: number[];
  units: number;
  batch: number;
  sampleWeights: number[] | null;
  reported: [number, number][];
  weights: Record<string, { shape: number[]; data: number[] }>;
}
const { runs } = readFixture<{ runs: Record<string, Run> }>("training-steps.json");

/** The weights that the fixture's run starts from, in Keras' layout, by address. */
function startWeights(run: Run): Map<string, Tensor> {
  let skip = 1;
  return new Map(
    Object.entries(run.weights).map(([path, { shape }]) => {
      const address = path.split("/").slice(1).join("/");
      if (/moving_variance|gamma/.test(path))
        return [address, float32(shape, new Float32Array(sizeOf(shape)).fill(1))];
      const fan = sizeOf(shape.slice(0, -1)) || 1;
      const limit = shape.length > 1 ? Math.sqrt(3 / fan) : 0.1;
      const weight = formula(shape, -limit, limit, skip);
      skip += 1000;
      return [address, weight];
    }),
  );
}

function fillWeights(model: KerasModel, weights: ReadonlyMap<string, Tensor>): void {
  for (const [address, weight] of weights) {
    const [layer, name] = address.split("/");
    model.layers.find((each) => each.name === layer)!.weights.set(name!, weight);
  }
}

/** Makes the fixture's 20 steps; returns the losses and the weights after them. */
async function follow(run: Run, runtime: Runtime) {
  const model = parseKerasModel(run.model, { kerasVersion: 3 });
  fillWeights(model, startWeights(run));
  const network = lowerModel(model);
  const { optimizer, losses, notices } = compile(network, {
    loss: run.loss,
    optimizer: run.optimizer,
  });
  const plan = planTraining(kerasTraining(model), optimizer, losses, run.batch);
  const executor = await plainExecutor(runtime, { threads: 1 })(plan);
  await executor.writeWeights(
    new Map([...startWeights(run)].map(([a, w]) => [a, weightToGraph(w, plan.weights.get(a)!)])),
  );
  const got: number[] = [];
  for (const step of run.reported.keys()) {
    const rows = step === run.reported.length - 1 ? 3 : run.batch;
    const x = formula([rows, ...run.inputs], -1, 1, 7919 * (step + 1));
    const y = Float32Array.from(
      { length: rows },
      (_, row) => (step * 5 + row * 3 + row * row) % run.units,
    );
    let penalty = 0;
    for (const [address, weight] of await executor.readWeights())
      penalty += penaltyOf(plan.weights.get(address)!.penalty, weight.data as Float32Array);
    const { loss, predictions } = await executor.step(
      {
        x: [toGraph(x, network.inputs[0]!)],
        y: [float32(run.units === 2 ? [rows, 1] : [rows], y)],
        rowWeight: Float32Array.from(
          { length: rows },
          (_, i) => (run.sampleWeights?.[i] ?? 1) / rows,
        ),
        random: {},
      },
      optimizer.learningRateAt(step),
    );
    expect(predictions[0]!.shape[0]).toBe(rows);
    got.push(loss + penalty);
  }
  const weights = await executor.readWeights();
  const state = await executor.readState();
  await executor.close();
  return { got, weights, plan, notices, state };
}

describe("20 steps follow Keras, the last batch a smaller one", () => {
  const everywhere = [
    ...Object.entries(runs).map(([name, run]) => [name, "node", run, node] as const),
    // The same graphs of standard ops run in a browser.
    ...(["rmsprop", "batch normalisation"] as const).map(
      (name) => [name, "WebAssembly", runs[name]!, web] as const,
    ),
  ];
  test.each(everywhere)("%s in %s", async (name, _, run, runtime) => {
    const { got, weights, plan, notices, state } = await follow(run, runtime);
    run.reported.forEach(([loss], step) =>
      expect(Math.abs(got[step]! - loss), `loss of step ${step}`).toBeLessThan(1e-4),
    );
    expect(weights.size).toBe(Object.keys(run.weights).length);
    for (const [path, want] of Object.entries(run.weights)) {
      const address = path.split("/").slice(1).join("/");
      const value = weightToUser(weights.get(address)!, plan.weights.get(address)!);
      const data = value.data as Float32Array;
      const norm = (list: ArrayLike<number>) =>
        Math.sqrt(Array.from(list).reduce((sum, v) => sum + v * v, 0));
      const difference = norm(data.map((v, i) => v - want.data[i]!));
      expect(difference / norm(want.data), address).toBeLessThan(1e-3);
    }
    expect(state.iterations).toBe(20);
    expect(notices.length).toBe(name.includes("from_logits") ? 1 : 0);
  });
});
