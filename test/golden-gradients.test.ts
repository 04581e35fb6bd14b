import { afterAll, beforeAll, expect, it } from "vitest";
import { type NpzArray } from "./npz.ts";
import { toNumbers } from "../src/base/tensor.ts";
import { transpose } from "../src/base/transpose.ts";
import type { Model } from "../src/api/model.ts";
import type { GradientOptions } from "../src/model/gradients/gradient-of.ts";
import { loadModel } from "../src/api/load-model.ts";
import { arraysOf, asTensor } from "./onnx-files.ts";
import { describeShared, shared } from "./shared.ts";

// Float64 gradients of PyTorch and TensorFlow (golden/views/README.md), from every form of a network.

const views = "golden/views";

const kinds: [key: string, rules: GradientOptions["rules"]][] = [
  ["gradient", undefined],
  ["guided_backprop", "guided-backprop"],
  ["deconvnet", "deconvnet"],
];

/** Within what golden/views/README.md allows: places where a float32 engine jumps are few. */
function expectGolden(got: readonly number[], want: NpzArray): void {
  expect(got).toHaveLength(want.data.length);
  const largest = want.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  let squares = 0;
  let far = 0;
  for (const [i, value] of got.entries()) {
    const difference = Math.abs(value - want.data[i]!) / largest;
    squares += difference ** 2;
    // NaN is far.
    if (!(difference <= 1e-4)) far++;
  }
  const all = want.data.reduce((sum, value) => sum + value ** 2, 0) / largest ** 2;
  expect(Math.sqrt(squares / all)).toBeLessThan(3e-3);
  expect(far / got.length).toBeLessThan(0.02);
}

interface Form {
  network: string;
  file: string;
  /** By the golden array's target. */
  targets: Record<string, GradientOptions["of"]>;
}

const logits = (value: string): Form["targets"] => ({
  logit0: "logit:0",
  logit1: { value, index: 1 },
  prob0: { output: 0, index: 0 },
});

const forms: Form[] = [
  {
    network: "tutorial",
    file: "models/tutorial/cat_vs_dog.h5",
    targets: { dog: "class:1" },
  },
  { network: "residual", file: `${views}/residual.keras`, targets: logits("probs_pre") },
  { network: "residual", file: `${views}/residual.h5`, targets: logits("probs_pre") },
  { network: "residual", file: `${views}/residual.onnx`, targets: logits("probs_logits") },
];

describeShared(views, "gradients are those of PyTorch and TensorFlow", () => {
  for (const { network, file, targets } of forms)
    describeShared(file, file, () => {
      let model: Model;
      beforeAll(async () => void (model = await loadModel(shared(file))));
      afterAll(() => model.dispose());
      for (const photo of ["goldenretriever", "chelsea"])
        it(`${photo}: gradient, guided backpropagation, deconvnet`, async () => {
          const at = (group: string) =>
            arraysOf(shared(`${views}/${network}__${photo}__${group}.npz`));
          const { input } = at("base");
          const want = at("gradients");
          const last = file.endsWith(".onnx") ? [0, 3, 1, 2] : [0, 1, 2, 3];
          const batch = asTensor({ ...input!, shape: [1, ...input!.shape] });
          const x = transpose(batch, last);
          let checked = 0;
          for (const [target, of] of Object.entries(targets))
            for (const [key, rules] of kinds) {
              const golden = want[`${target}/${key}`];
              if (!golden) continue;
              checked++;
              const got = await model.gradient(x, { of, rules });
              expectGolden(
                toNumbers(file.endsWith(".onnx") ? transpose(got, [0, 2, 3, 1]) : got),
                golden,
              );
            }
          expect(checked).toBeGreaterThan(0);
        });
    });
});
