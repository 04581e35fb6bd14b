import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { float32 } from "../src/base/tensor.ts";
import { loadModel } from "../src/index.ts";
import { viewContext } from "../src/views/context.ts";
import { dreamView } from "../src/views/dream/dream-view.ts";
import { runView } from "../src/views/run-view.ts";
import { readNpz } from "./npz.ts";
import { describeShared, shared } from "./shared.ts";

/** Which unit's picture each network's reference holds. */
const networks = [
  { network: "tutorial", file: "models/tutorial/cat_vs_dog.h5", target: "unit:conv2d_2[5]" },
  ...["keras", "h5", "onnx"].map((ending) => ({
    network: "residual",
    file: `golden/views/residual.${ending}`,
    target: "unit:conv2b[5]",
  })),
];

describeShared("golden/views", "activation maximisation in pixels is TensorFlow's", () => {
  it.each(networks)("$file", async ({ network, file, target }) => {
    const bytes = readFileSync(shared(`golden/views/${network}__goldenretriever__units.npz`));
    const wanted = readNpz(bytes);
    const quantised = wanted.activation_maximisation_start_q!;
    const start = float32(
      quantised.shape,
      Float32Array.from(quantised.data, (value) => value / 256),
    );
    const model = await loadModel(shared(file));
    const seen = await runView(dreamView, viewContext(model.running), undefined, {
      target,
      start,
      steps: 3,
      transforms: "none",
    });
    const arrays = seen.arrays();
    const names = Object.keys(wanted).filter((name) => /maximisation_(step|obj)/.test(name));
    expect(names.length).toBeGreaterThanOrEqual(3);
    for (const name of names) {
      const { shape, data } = wanted[name]!;
      const got = arrays.get(name)!;
      expect(got.shape, name).toEqual(shape);
      const largest = Math.max(...Array.from(data, Math.abs));
      let worst = 0;
      data.forEach((value, i) => (worst = Math.max(worst, Math.abs(Number(got.data[i]) - value))));
      expect(worst / largest, name).toBeLessThan(1e-4);
    }
    await model.dispose();
  });
});
