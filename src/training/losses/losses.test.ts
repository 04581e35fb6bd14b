import { describe, expect, test } from "vitest";
import { readFixture } from "../../../test/training-fixtures.ts";
import { float32 } from "../../base/tensor.ts";
import { emptyGraph } from "../../graph/graph.ts";
import { GraphBuilder } from "../../graph/builder.ts";
import { Formula } from "../../ops/facts/formula.ts";
import { addGradient } from "../../gradient/gradient.ts";
import { runtime } from "../../runtime/node/index.ts";
import type { Serialized } from "../registry.ts";
import { losses, parseLoss } from "./index.ts";

interface Numbers {
  shape: number[];
  data: number[];
}
interface Run {
  loss: Serialized;
  target: Numbers;
  prediction: Numbers;
  value: number;
  gradient: number[];
}
const runs = ["training.json", "losses.json"].flatMap(
  (name) => readFixture<{ losses: Run[] }>(name).losses,
);

/** The mean loss and its gradient at a prediction. */
async function lossAt(identifier: unknown, prediction: Numbers, target: Numbers) {
  const { definition, config } = parseLoss(identifier);
  const b = new GraphBuilder(emptyGraph("loss"));
  const f = new Formula(b, "float32");
  b.input("prediction", prediction.shape);
  b.input("target", target.shape);
  const values = definition.lower({
    f,
    config: config as never,
    target: "target",
    prediction: "prediction",
    logits: null,
    shape: prediction.shape,
  });
  const mean = b.op("ReduceMean", [values], { keepdims: 0 });
  b.output(mean, []);
  const { graph, gradients } = addGradient(b.graph, { of: mean, wrt: ["prediction"] });
  const arrived = gradients.get("prediction")!;
  graph.outputs.push({ name: arrived, type: "float32", shape: prediction.shape });
  const session = await runtime.open(graph, { threads: 1 });
  const results = await session.run({
    prediction: float32(prediction.shape, prediction.data),
    target: float32(target.shape, target.data),
  });
  await session.release();
  return {
    value: (results[mean]!.data as Float32Array)[0]!,
    gradient: [...(results[arrived]!.data as Float32Array)],
  };
}

describe("losses and their gradients follow Keras", () => {
  test.each(runs.map((run, i) => [`${run.loss.class_name} ${i}`, run] as const))(
    "%s",
    async (_, run) => {
      const { value, gradient } = await lossAt(run.loss, run.prediction, run.target);
      expect(Math.abs(value - run.value)).toBeLessThan(1e-5 * Math.max(1, run.value));
      gradient.forEach((got, i) => {
        const want = run.gradient[i]!;
        expect(Math.abs(got - want), `element ${i}`).toBeLessThan(
          2e-5 * Math.max(1, Math.abs(want)),
        );
      });
    },
  );
});

test("the gradient of a logit of exactly 0 is 1/2 - y", async () => {
  const zero = { shape: [2, 1], data: [0, 0] };
  const { gradient } = await lossAt(losses.binaryCrossentropy({ fromLogits: true }), zero, {
    shape: [2, 1],
    data: [0, 1],
  });
  expect(gradient).toEqual([0.25, -0.25]);
});

test.each([0, 1, 2, "x"])("generalised crossentropy takes no q of %s, as in Keras", (q) => {
  const loss = { class_name: "CategoricalGeneralizedCrossEntropy", config: { q } };
  expect(() => parseLoss(loss)).toThrow(
    /"CategoricalGeneralizedCrossEntropy": .*expected a number/,
  );
});
