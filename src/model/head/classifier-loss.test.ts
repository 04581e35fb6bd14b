import { expect, test } from "vitest";
import { chain } from "../../../test/chain.ts";
import { classifierLoss } from "./classifier-loss.ts";

const network = chain([null, 4], [["Dense", { units: 3, activation: "softmax" }]]);
const compiled = (class_name: string, config: object = {}) =>
  classifierLoss(network, ["a", "b", "c"], { loss: { class_name, config } });

test("a loss of overlap is the file's own", () => {
  for (const name of ["Dice", "Tversky"])
    expect(compiled(name)).toMatchObject({ fromFile: true, labels: "categorical" });
  expect(compiled("Dice").notice).toBeUndefined();
  expect(compiled("CategoricalGeneralizedCrossEntropy")).toMatchObject({ labels: "int" });
});

test("what Keras 3 leaves out of a file is told", () => {
  expect(compiled("Huber", { name: "huber_loss" }).notice).toBe(
    "the file does not say the delta of its Huber loss; 1 is taken, as Keras does",
  );
  expect(compiled("Huber", { delta: 2 }).notice).toBeUndefined();
});

test.each([{ class_name: "function", config: "huber" }, { class_name: "Huber" }])(
  "a loss may come without a configuration of its own: %j",
  (loss) => {
    const found = classifierLoss(network, ["a", "b", "c"], { loss });
    expect(found).toMatchObject({ fromFile: true, loss: { class_name: "Huber" } });
    expect(found.notice).toBeUndefined();
  },
);
