import { describe, expect, it } from "vitest";
import { ClassificationCounter } from "./classification.ts";
import type { Evaluation } from "./evaluation.ts";
import {
  evaluationPart,
  mergeEvaluationParts,
  readEvaluation,
  wholeEvaluation,
  writeEvaluation,
} from "./evaluation-part.ts";

/** Photos from one number to another, as some classifier takes them. */
function evaluationOf(from: number, to: number): Evaluation {
  const counter = new ClassificationCounter(["cat", "dog"], 3);
  let loss = 0;
  for (let i = from; i < to; i++) {
    const dog = ((i * 37) % 101) / 100;
    const data = Uint8Array.of(i, i, i);
    counter.add(i % 2, [1 - dog, dog], `${i}.jpg`, () => ({
      width: 1,
      height: 1,
      channels: 3,
      data,
    }));
    loss += dog;
  }
  return {
    ...{ file: "a.h5", title: "a.h5", classification: counter.result, skipped: [] },
    logs: { loss: loss / (to - from) },
    loss: {
      ...{ loss: { class_name: "BinaryCrossentropy", config: {} }, accuracy: "accuracy" },
      ...{ labels: "binary", scores: { kind: "sigmoid", applied: true }, fromFile: false },
    } as unknown as Evaluation["loss"],
  };
}

describe("parts of an evaluation", () => {
  const parts = [
    [0, 13],
    [13, 20],
    [20, 47],
  ].map(([from, to]) => evaluationPart(evaluationOf(from!, to!)));

  it("are the same bytes however they are put together, and come back from them", () => {
    const [a, b, c] = parts.map((each) => readEvaluation(writeEvaluation(each)));
    const left = writeEvaluation(mergeEvaluationParts(mergeEvaluationParts(a!, b!), c!));
    const right = writeEvaluation(
      mergeEvaluationParts(parts[0]!, mergeEvaluationParts(parts[1]!, parts[2]!)),
    );
    expect(Buffer.compare(left, right)).toBe(0);
  });

  it("come to the whole", () => {
    const [a, b, c] = parts;
    const merged = wholeEvaluation(mergeEvaluationParts(mergeEvaluationParts(a!, b!), c!));
    const whole = evaluationOf(0, 47);
    expect(merged.classification).toEqual(whole.classification);
    expect(merged.logs.loss).toBeCloseTo(whole.logs.loss!, 12);
  });
});
