import { describe, expect, test } from "vitest";
import { classScores } from "../../model/head/prediction.ts";
import { ClassificationCounter, mergeClassifications } from "./classification.ts";
import { drawEvaluation } from "./draw-evaluation.ts";
import { drawHistory, niceTicks } from "../history/draw-history.ts";
import { History } from "../../model/history.ts";
import { raster } from "../../plot/raster.ts";
import { rasterize } from "../../plot/rasterize.ts";
import { toSvg } from "../../plot/svg.ts";

const examples = [
  [0, 0.1, "right"],
  [0, 0.6, "a little wrong"],
  [0, 0.99, "very wrong"],
  [1, 0.2, "wrong"],
  [1, 0.8, "right too"],
] as const;

function classified(list: readonly (typeof examples)[number][]) {
  const counter = new ClassificationCounter(["cat", "dog"], 2);
  for (const [label, dog, id] of list)
    counter.add(label, [1 - dog, dog], id, () => raster(2, 2, 3, new Uint8Array(12).fill(200)));
  return counter.result;
}
const example = () => classified(examples);

describe("what a classifier confuses", () => {
  test("is counted by class", () => {
    const result = example();
    expect(result.counts).toEqual([
      [1, 2],
      [1, 1],
    ]);
    expect(result.accuracy).toBeCloseTo(2 / 5);
    expect(result.classes).toEqual([
      { className: "cat", count: 3, precision: 1 / 2, recall: 1 / 3 },
      { className: "dog", count: 2, precision: 1 / 3, recall: 1 / 2 },
    ]);
  });

  test("keeps the most wrong, worst first", () => {
    expect(example().mostWrong.map(({ id }) => id)).toEqual(["very wrong", "wrong"]);
  });

  test("of two parts is that of the whole, whichever part comes first", () => {
    for (let cut = 0; cut <= examples.length; cut++) {
      const [a, b] = [classified(examples.slice(0, cut)), classified(examples.slice(cut))];
      expect(mergeClassifications(a, b)).toEqual(example());
      expect(mergeClassifications(b, a)).toEqual(example());
    }
    const other = new ClassificationCounter(["cat", "bird"]).result;
    expect(() => mergeClassifications(example(), other)).toThrow("cat, dog, and cat, bird");
  });

  test("one unit is the probability of the second class; logits are turned into probabilities", () => {
    expect(classScores({ kind: "sigmoid", applied: true }, [0.25])).toEqual([0.75, 0.25]);
    expect(classScores({ kind: "sigmoid", applied: false }, [0])).toEqual([0.5, 0.5]);
    const softmax = classScores({ kind: "softmax", applied: false }, [1000, 1000 + Math.log(3)]);
    expect(softmax[1]).toBeCloseTo(0.75);
    expect(classScores({ kind: "softmax", applied: true }, [0.1, 0.9])).toEqual([0.1, 0.9]);
  });

  test("is drawn with every count and every picture", () => {
    const picture = drawEvaluation(example(), { title: "m.h5" });
    const svg = toSvg(picture);
    for (const text of ["40.0 % of 5 pictures right, 3 wrong", "taken for dog", "very wrong"])
      expect(svg).toContain(text);
    expect(svg.match(/<image/g)).toHaveLength(2);
    expect(rasterize(picture).width).toBe(picture.width);
    const none = new ClassificationCounter(["a", "b"]).result;
    expect(toSvg(drawEvaluation(none, { title: "t" }))).toContain("0 pictures");
  });
});

describe("curves", () => {
  test("have round ticks around the numbers", () => {
    expect(niceTicks(0.562, 0.825)).toEqual([0.5, 0.6, 0.7, 0.8, 0.9]);
    expect(niceTicks(3, 3)).toEqual([3, 4]);
    expect(niceTicks(0, 1e-4)).toEqual([0, 2e-5, 4e-5, 6e-5, 8e-5, 1e-4]);
    expect(niceTicks(-5, 12)).toEqual([-5, 0, 5, 10, 15]);
    expect(niceTicks(Infinity, -Infinity)).toEqual([0, 1]);
  });

  test("name the best epoch, and leave out what is not finite", () => {
    const history = new History();
    history.add(0, { loss: 1, val_loss: 3, val_accuracy: 0.5 });
    history.add(1, { loss: NaN, val_loss: 2, val_accuracy: 0.75 });
    history.add(2, { loss: 0.5, val_loss: 2.5, val_accuracy: 0.7 });
    const svg = toSvg(drawHistory(history, { title: "m.h5" }));
    expect(svg).toContain("The smallest val_loss, 2, came at epoch 2, with val_accuracy 0.75.");
    expect(svg).not.toContain("NaN");
    expect(toSvg(drawHistory(new History()))).toContain("0 epochs");
  });
});
