import { describe, expect, it } from "vitest";
import { trainingAdvice } from "../../app/engine/training/advice.ts";
import { keptMaps, restoredMaps } from "../../app/engine/training/kept-maps.ts";
import type { EpochLook, KeptMaps, TrainingNews } from "../../app/engine/training/news.ts";
import {
  type TrainingRecord,
  emptyRecord,
  heard,
  lookAtEpoch,
} from "../../app/engine/training/record.ts";

const begin: TrainingNews = {
  ...{ kind: "begin", title: "pets", lines: [], notices: [], probes: [], past: [] },
  ...{ epochs: 9, batches: 3 },
};

/** A layer of maps, of which the first ones are zero. */
function maps(count: number, dead: number): KeptMaps {
  const highs = Float32Array.from({ length: count }, (_, i) => (i < dead ? 0 : 1));
  return {
    ...{ address: "conv2d", className: "Conv2D", channels: count, of: count },
    ...{ height: 10, width: 10, codes: new Uint8Array(100 * count) },
    ...{ lows: new Float32Array(count), highs },
  };
}
const look = (count = 4, dead = 0): EpochLook => ({
  filters: [],
  probes: [{ maps: [maps(count, dead)] }],
});

function trained(
  logs: readonly Readonly<Record<string, number>>[],
  seen = look(),
  most?: number,
): TrainingRecord {
  return logs.reduce(
    (record: TrainingRecord, each, epoch) =>
      heard(record, { kind: "epoch", epoch, logs: each, look: seen }, most),
    heard(emptyRecord, begin),
  );
}
const losses = (...values: number[]) => values.map((loss) => ({ loss }));

describe("what is kept of a training", () => {
  it("has the loss of each batch till the epoch is over, then the epoch", () => {
    let record = heard(emptyRecord, begin);
    for (const loss of [3, 2])
      record = heard(record, { kind: "batch", epoch: 0, batch: 0, logs: { loss } });
    expect(record.losses).toEqual([3, 2]);
    record = heard(record, { kind: "epoch", epoch: 0, logs: { loss: 2.5 }, look: look() });
    expect(record.losses).toEqual([]);
    expect(record.epochs).toHaveLength(1);
    expect(heard(record, { kind: "end", words: "stopped" }).ended).toBe("stopped");
  });

  it("forgets how every second epoch looked where memory is short, never the first, the last, or a number", () => {
    const record = trained(losses(9, 8, 7, 6, 5, 4, 3, 2, 1), look(), 4 * 500);
    const kept = record.epochs.flatMap((epoch, i) => (epoch.look ? [i] : []));
    expect(kept.length).toBeLessThanOrEqual(4);
    expect([kept[0], kept.at(-1)]).toEqual([0, 8]);
    expect(record.epochs.map(({ logs }) => logs["loss"])).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
    // Between two that are kept the earlier one is shown.
    expect(lookAtEpoch(record, kept[1]! - 1)).toBe(record.epochs[kept[0]!]!.look);
  });
});

describe("what a teacher says", () => {
  const advice = (logs: readonly Readonly<Record<string, number>>[], seen = look()) =>
    trainingAdvice(trained(logs, seen).epochs).join(" ");

  it("is nothing where all goes well", () => {
    expect(advice(losses(2, 1.5, 1, 0.7, 0.5, 0.3))).toBe("");
  });

  it("names a loss that rises, that is no number, that stays where it is", () => {
    expect(advice(losses(1, 1.2, 1.4))).toContain("The loss rises");
    expect(advice(losses(1, NaN))).toContain("no number");
    expect(advice(losses(2.3, 2.301, 2.3, 2.302, 2.3))).toContain("learns nothing");
  });

  it("names the layer whose maps are zero on all probes", () => {
    expect(advice(losses(1), look(4, 3))).toContain("75 % of the maps of conv2d are zero");
    expect(advice(losses(1), look(4, 2))).toBe("");
  });

  it("tells what is learned by heart, and what is too good to be true", () => {
    const by = (accuracy: number, held: number, val_loss: number) => ({
      ...{ loss: 0.2, accuracy, val_accuracy: held, val_loss },
    });
    expect(advice([by(0.7, 0.7, 0.6), by(0.9, 0.7, 0.7), by(0.99, 0.7, 0.9)])).toContain(
      "by heart",
    );
    expect(advice([by(0.5, 0.9, 0.6), by(0.5, 0.9, 0.6), by(0.5, 0.9, 0.6)])).toContain(
      "both sets",
    );
  });
});

it("maps are kept a byte a value, and come back within half a step; large ones as means", () => {
  const [channels, height, width] = [2, 100, 60];
  const values = Float32Array.from({ length: channels * height * width }, (_, i) => Math.sin(i));
  const numbers = Array.from({ length: channels }, () => ({
    ...{ min: -1, max: 1, mean: 0, std: 1, zeros: 0, state: "live" as const },
  }));
  const made = { address: "conv2d", className: "Conv2D", channels, height, width, values, numbers };
  const small = keptMaps(made);
  expect([small.height, small.width]).toEqual([34, 20]);
  const sum = (y: number, x: number) =>
    Array.from(
      { length: 9 },
      (_, i) => values[(3 * y + Math.floor(i / 3)) * width + 3 * x + (i % 3)]!,
    );
  const mean = sum(5, 7).reduce((total, value) => total + value, 0) / 9;
  expect(restoredMaps(small).values[5 * 20 + 7]).toBeCloseTo(mean, 2);
});
