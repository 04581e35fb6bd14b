import { describe, expect, test } from "vitest";
import { describeShared, sharedJson } from "../../../test/shared.ts";
import { readFixture } from "../../../test/training-fixtures.ts";
import { crc32c } from "../../base/crc32c.ts";
import { type Tensor, float32 } from "../../base/tensor.ts";
import type { Callback, FitRun } from "./callback.ts";
import { History } from "../../model/history.ts";
import type { Logs } from "../../model/history.ts";
import { csvLogger } from "./csv-logger.ts";
import { earlyStopping } from "./early-stopping.ts";
import { learningRateScheduler } from "./learning-rate-scheduler.ts";
import { fillPath, modelCheckpoint } from "./model-checkpoint.ts";
import { reduceLROnPlateau } from "./reduce-lr-on-plateau.ts";
import { encodeScalars, encodeVersion, toRecord } from "./tensorboard-event.ts";
import { tensorBoard } from "./tensorboard.ts";
import { terminateOnNaN } from "./terminate-on-nan.ts";

/** A training whose "weights" are the number of the epoch and whose reports are given. */
async function simulate(callback: Callback, reports: readonly Logs[], learningRate = 1) {
  let weights: ReadonlyMap<string, Tensor> = new Map();
  const rates: number[] = [];
  const run = {
    trainer: {
      learningRate,
      readWeights: () => Promise.resolve(weights),
      writeWeights: (given: ReadonlyMap<string, Tensor>) => {
        weights = given;
        return Promise.resolve();
      },
    },
    callbacks: [callback],
    epochs: reports.length,
    batches: 1,
    history: new History(),
    stopTraining: false,
    directionOf: (name: string) =>
      name.endsWith("loss") ? "down" : name.endsWith("accuracy") ? "up" : undefined,
    reported: Object.keys(reports[0] ?? {}),
    position: () => {
      throw new Error("not asked");
    },
  } as unknown as FitRun;
  await callback.onTrainBegin?.(run);
  let epoch = 0;
  for (; epoch < reports.length && !run.stopTraining; epoch++) {
    await callback.onEpochBegin?.(epoch, run);
    weights = new Map([["w", float32([], [epoch])]]);
    const logs = { ...reports[epoch] } as Logs;
    await callback.onBatchEnd?.(0, logs, run);
    await callback.onEpochEnd?.(epoch, logs, run);
    run.history.add(epoch, logs);
    rates.push(run.trainer.learningRate);
  }
  await callback.onTrainEnd?.(run);
  return { epochs: epoch, weightsOf: weights.get("w")?.data[0], rates, run };
}

describeShared("cases/47_callbacks", "early stopping as both Kerases do it (case 47)", () => {
  interface Case {
    val_loss: (number | null)[];
    patience: number;
    min_delta?: number;
    keras3: { epochs_run: number; weights_of_epoch: number };
  }
  const cases = sharedJson<Record<string, Case>>("cases/47_callbacks/early_stopping.json");
  test.each(Object.entries(cases))("%s", async (_, { val_loss, patience, min_delta, keras3 }) => {
    const callback = earlyStopping({ patience, minDelta: min_delta, restoreBestWeights: true });
    const got = await simulate(
      callback,
      val_loss.map((value) => ({ val_loss: value ?? NaN })),
    );
    expect(got.epochs).toBe(keras3.epochs_run);
    expect(got.weightsOf).toBe(keras3.weights_of_epoch);
  });
});

describe("early stopping", () => {
  const losses = (...values: number[]) => values.map((val_loss) => ({ val_loss }));

  test("goes by the direction of the metric, and by a baseline", async () => {
    const rising = [0.5, 0.6, 0.7, 0.8].map((val_accuracy) => ({ val_accuracy }));
    const up = earlyStopping({ monitor: "val_accuracy", patience: 1 });
    expect((await simulate(up, rising)).epochs).toBe(4);
    const down = earlyStopping({ monitor: "val_accuracy", mode: "min", patience: 1 });
    expect((await simulate(down, rising)).epochs).toBe(2);
    const never = earlyStopping({ baseline: 0.1, patience: 2 });
    expect((await simulate(never, losses(5, 4, 3, 2, 1))).epochs).toBe(5);
    const flat = earlyStopping({ baseline: 0.1, patience: 2 });
    expect((await simulate(flat, losses(5, 5, 5, 5))).epochs).toBe(2);
  });

  test("goes on where it stopped", async () => {
    const first = earlyStopping({ patience: 2, restoreBestWeights: true });
    await simulate(first, losses(1, 2));
    const second = earlyStopping({ patience: 2, restoreBestWeights: true });
    const begin = second.onTrainBegin!.bind(second);
    second.onTrainBegin = async (run) => {
      await begin(run);
      second.restore!(JSON.parse(JSON.stringify(first.state!())));
      second.restoreWeights!(first.weights!()!);
    };
    const { epochs, run } = await simulate(second, losses(1.5, 1.5));
    expect([epochs, run.stopTraining]).toEqual([2, true]);
  });

  test("says what is reported instead of a number that is not there", async () => {
    const run = simulate(earlyStopping({ monitor: "val_acuracy" }), [{ val_accuracy: 1 }]);
    await expect(run).rejects.toThrow(/watches "val_acuracy".*nearest: val_accuracy/);
    const unknown = simulate(earlyStopping({ monitor: "mine" }), [{ mine: 1 }, { mine: 2 }]);
    await expect(unknown).rejects.toThrow(/more of "mine" is better is not known/);
  });
});

describe("learning rates", () => {
  const stuck = Array.from({ length: 6 }, () => ({ val_loss: 1 }));

  interface Plateau {
    values: number[];
    options: {
      factor: number;
      patience: number;
      cooldown?: number;
      min_lr?: number;
      min_delta?: number;
    };
    rates: number[];
  }
  const { plateaus } = readFixture<{ plateaus: Plateau[] }>("training.json");
  test.each(plateaus)("are reduced on a plateau as in Keras: $options", async (run) => {
    const { min_lr: minLr, min_delta: minDelta, ...rest } = run.options;
    const callback = reduceLROnPlateau({ ...rest, minLr, minDelta });
    const reports = run.values.map((val_loss) => ({ val_loss }));
    const { rates } = await simulate(callback, reports);
    rates.forEach((rate, i) => expect(rate).toBeCloseTo(run.rates[i]!, 6));
  });

  test("are never raised by a reduction", () => {
    expect(() => reduceLROnPlateau({ factor: 1 })).toThrow(/factor 1 is not below 1/);
  });

  test("a gain of less than minDelta is none", async () => {
    const small = [1, 0.99995, 0.9999].map((val_loss) => ({ val_loss }));
    const { rates, run } = await simulate(reduceLROnPlateau({ patience: 1 }), small);
    expect(rates.map((rate) => +rate.toFixed(9))).toEqual([1, 0.1, 0.01]);
    expect(run.history.history.learning_rate).toEqual([1, 1, 0.1]);
  });

  test("follow a function of the epoch", async () => {
    const halve = learningRateScheduler((epoch, rate) => (epoch === 0 ? rate : rate / 2));
    const { rates, run } = await simulate(halve, stuck.slice(0, 3));
    expect(rates).toEqual([1, 0.5, 0.25]);
    expect(run.history.history.learning_rate).toEqual(rates);
  });
});

describe("model checkpoints", () => {
  const reports = [0.9, 0.5, 0.7].map((val_loss) => ({ val_loss }));
  const pathsOf = async (options: Partial<Parameters<typeof modelCheckpoint>[0]>) => {
    const paths: string[] = [];
    const save = (path: string) => Promise.resolve(void paths.push(path));
    await simulate(
      modelCheckpoint({ path: "m-{epoch:02d}-{val_loss:.2f}.h5", ...options }, save),
      reports,
    );
    return paths;
  };

  test("are written after each epoch, or when the number got better", async () => {
    expect(await pathsOf({})).toEqual(["m-01-0.90.h5", "m-02-0.50.h5", "m-03-0.70.h5"]);
    expect(await pathsOf({ saveBestOnly: true })).toEqual(["m-01-0.90.h5", "m-02-0.50.h5"]);
    expect(await pathsOf({ saveBestOnly: true, initialValueThreshold: 0.8 })).toEqual([
      "m-02-0.50.h5",
    ]);
    expect(await pathsOf({ path: "b{batch}.h5", saveFreq: 2 })).toEqual(["b1.h5"]);
  });

  test("fill their path as Python does", () => {
    expect(fillPath("{epoch}-{loss:8.3f}", { epoch: 7, loss: 1.23456 })).toBe("7-   1.235");
    expect(() => fillPath("{los}", { loss: 1 })).toThrow(/nothing is reported under "los"/);
    expect(() => fillPath("{loss:>9}", { loss: 1 })).toThrow(/format ">9"/);
  });
});

test("a loss of NaN ends the training, in words", async () => {
  const said: string[] = [];
  const { epochs } = await simulate(
    terminateOnNaN((text) => said.push(text)),
    [{ loss: 1 }, { loss: NaN }, { loss: 1 }],
  );
  expect(epochs).toBe(2);
  expect(said).toEqual([expect.stringMatching(/^epoch 2, batch 1: the loss is NaN/)]);
});

test("the CSV log has one line an epoch", async () => {
  let file = "";
  await simulate(
    csvLogger((text) => void (file += text)),
    [
      { val_loss: 2, loss: 1 },
      { val_loss: 3, loss: NaN },
    ],
  );
  expect(file).toBe("epoch,loss,val_loss\n0,1,2\n1,NaN,3\n");
});

describe("TensorBoard event files", () => {
  test("are to the byte as TensorFlow writes them", () => {
    const { events } = readFixture<{ events: string }>("training.json");
    const got = [
      toRecord(encodeVersion(1700000000.25)),
      toRecord(encodeScalars(1700000001.5, 300, { epoch_loss: 0.625, epoch_accuracy: 0.1 })),
    ];
    expect(Buffer.concat(got).toString("base64")).toBe(events);
    expect(crc32c(new TextEncoder().encode("123456789"))).toBe(0xe3069283);
  });

  test("hold training and validation as two runs", async () => {
    const runs: Record<string, number> = {};
    const append = (run: string) => void (runs[run] = (runs[run] ?? 0) + 1);
    await simulate(
      tensorBoard(append, () => 0),
      [
        { loss: 1, val_loss: 2 },
        { loss: 1, val_loss: 2 },
      ],
    );
    expect(runs).toEqual({ train: 3, validation: 3 });
  });
});
