import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { datasetSubject } from "../../api/dataset-subject.ts";
import { loadModel } from "../../api/load-model.ts";
import { openDatasetFor } from "../../api/open-dataset.ts";
import {
  judge,
  mergeConfusion,
  oddsBits,
  readConfusion,
  writeConfusion,
} from "./confusion-part.ts";
import { confusionView } from "./confusion-view.ts";
import { fitTemperature, temperatures } from "./temperature.ts";
import { rocArea, rocCurve, thresholdTable } from "./thresholds.ts";

const fixture = (name: string) =>
  fileURLToPath(new URL(`../../../fixtures/data/${name}`, import.meta.url));

interface Case {
  logits: number[][];
  labels: number[];
  confusion: number[][];
  loss: number;
  temperature: number;
  after: number;
  calibration_error: number;
  thresholds?: number[][];
  auc?: number;
  roc?: number[][];
}
// Of scikit-learn and SciPy: fixtures/confusion.py.
const cases = JSON.parse(readFileSync(fixture("confusion.json"), "utf8")) as Record<string, Case>;

const judged = ({ logits, labels }: Case) =>
  logits.map((row, photo) => ({
    photo,
    name: `${photo}.jpg`,
    label: labels[photo]!,
    logits: row,
  }));

describe.each(Object.entries(cases))("the confusion of %s classes", (_name, found) => {
  const classes = found.confusion.length;
  const all = judged(found);
  const part = judge(all, classes, 4, []);

  it("has scikit-learn's matrix and loss, and SciPy's temperature", () => {
    expect([...part.counts]).toEqual(found.confusion.flat());
    const losses = temperatures.map((_, i) => part.losses.value(i) / all.length);
    const fit = fitTemperature(losses);
    expect(fit.before).toBeCloseTo(found.loss, 6);
    // Read off a parabola.
    expect(Math.abs(fit.temperature / found.temperature - 1)).toBeLessThan(1e-3);
    expect(fit.after).toBeCloseTo(found.after, 5);
    expect(fit.atEnd).toBe(false);
  });

  it("has the calibration error", () => {
    let error = 0;
    part.photos.forEach((_, bin) => {
      error += Math.abs(part.right[bin]! - part.confidence.value(bin)) / all.length;
    });
    expect(error).toBeCloseTo(found.calibration_error, 6);
  });

  it("is the same bytes however it is put together", () => {
    const parts = [all.slice(0, 70), all.slice(70, 81), all.slice(81)].map((some) =>
      judge(some, classes, 4, []),
    );
    const [a, b, c] = parts.map((each) => readConfusion(writeConfusion(each)));
    const left = writeConfusion(mergeConfusion(mergeConfusion(a!, b!, 4), c!, 4));
    const right = writeConfusion(mergeConfusion(a!, mergeConfusion(b!, c!, 4), 4));
    expect(Buffer.compare(left, right)).toBe(0);
    expect(Buffer.compare(left, writeConfusion(part))).toBe(0);
  });
});

describe("two classes", () => {
  const found = cases.two!;
  const [no, yes] = judge(judged(found), 2, 4, []).odds;

  it("have scikit-learn's precision, recall and F1 at each threshold", () => {
    const table = thresholdTable(no!, yes!, oddsBits);
    found.thresholds!.forEach(([threshold, precision, recall, f1], i) => {
      const row = table[i]!;
      expect(row.threshold).toBeCloseTo(threshold!, 12);
      expect(row.precision ?? 0).toBeCloseTo(precision!, 6);
      expect(row.recall).toBeCloseTo(recall!, 6);
      expect(row.f1).toBeCloseTo(f1!, 6);
    });
  });

  it("have its ROC curve and the area under it", () => {
    expect(Math.abs(rocArea(no!, yes!)! - found.auc!)).toBeLessThan(1e-3);
    const curve = rocCurve(no!, yes!);
    expect([curve[0], curve.at(-1)]).toEqual([
      [0, 0],
      [1, 1],
    ]);
    // Photos whose odds are nearly equal are one step here.
    for (const [x, y] of curve)
      expect(found.roc!.some(([p, q]) => Math.hypot(p! - x, q! - y) < 1e-6)).toBe(true);
  });
});

describe("a wrong answer", () => {
  it("is explained by a heatmap and the units that carried it, which add up to the difference", async () => {
    const model = await loadModel(fixture("census/model.keras"));
    const set = await openDatasetFor(model.network, fixture("census/photos.zip"), { keep: false });
    const subject = datasetSubject(model.network, set);
    const { result, words } = await model.view(confusionView, subject, { units: 32 });
    expect(result.total).toBe(40);
    expect(result.explained.length).toBeGreaterThan(0);
    for (const each of result.explained) {
      expect(each.layer).toBe("parts");
      expect([each.heatmap.height, each.heatmap.width]).toEqual([6, 6]);
      expect(each.heatmap.values.every((value) => value >= 0)).toBe(true);
      expect(each.label).not.toBe(each.predicted);
      expect(each.units.map(({ share }) => share)).toEqual(
        each.units.map(({ share }) => share).sort((a, b) => b - a),
      );
    }
    // The head is linear behind this layer: logit = weights . means + bias.
    const dense = model.network.weights.get("answer/kernel")!;
    const kernel = model.network.graph.initializers.get(dense.value)!.data as Float32Array;
    const [first] = result.explained;
    const sign = first!.predicted === 1 ? 1 : -1;
    for (const { unit, share } of first!.units)
      expect(Math.sign(sign * kernel[unit]!)).toBe(Math.sign(share));
    expect(words.lines.join("\n")).toMatch(/taken for .+ carried by parts\[\d+\]/);
    await set.close();
  });
});
