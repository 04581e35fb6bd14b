import { expect, it } from "vitest";
import type { Tensor } from "../src/base/tensor.ts";
import { openModel } from "../src/node/open-model.ts";
import { formulaInput, runLayers } from "./run-layers.ts";
import { describeShared, shared, sharedJson } from "./shared.ts";

/** What real Keras made of a file: see ../shared/golden/README.md. */
interface Golden {
  file: string;
  loader?: string;
  inputs: { name: string; shape: number[]; dtype: string }[];
  layers: (Statistics & { name: string; class: string })[];
  outputs: Statistics[];
  opens_in: Record<string, boolean>;
}

interface Statistics {
  shape: number[];
  mean: number;
  std: number;
  min: number;
  max: number;
  /** Distance of the values in the row-major array. */
  every: number;
  values: number[];
}

describeShared("golden/keras_models.json", "Keras' own files", () => {
  const goldens = sharedJson<Golden[]>("golden/keras_models.json");

  it.each(goldens.filter(({ loader }) => loader).map((golden) => [golden.file, golden] as const))(
    "%s gives Keras' numbers in every layer",
    async (file, golden) => {
      const { network } = await openModel(shared(`models/${file}`));
      const feeds = Object.fromEntries(
        golden.inputs.map(({ shape, dtype }, i) => [
          network.inputs[i]!.name,
          formulaInput(shape, dtype.startsWith("int")),
        ]),
      );
      const { layers, outputs } = await runLayers(network, feeds);
      for (const layer of golden.layers) {
        const made = layers.get(layer.name);
        expect(made, `layer ${layer.name}`).toBeDefined();
        expectStatistics(made!, layer, layer.name);
      }
      expect(outputs.length).toBe(golden.outputs.length);
      golden.outputs.forEach((output, i) => expectStatistics(outputs[i]!, output, `output ${i}`));
    },
  );
});

function expectStatistics(made: Tensor, wanted: Statistics, what: string): void {
  expect(made.shape, what).toEqual(wanted.shape);
  const data = made.data as Float32Array;
  let [sum, min, max] = [0, Infinity, -Infinity];
  for (const value of data) {
    sum += value;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  const mean = sum / data.length;
  let squares = 0;
  for (const value of data) squares += (value - mean) ** 2;
  const std = Math.sqrt(squares / data.length);
  for (const [got, want, name] of [
    [mean, wanted.mean, "mean"],
    [std, wanted.std, "std"],
    [min, wanted.min, "min"],
    [max, wanted.max, "max"],
  ] as const)
    expectClose(got, want, `${name} of ${what}`);
  wanted.values.forEach((value, i) =>
    expectClose(data[i * wanted.every]!, value, `value ${i} of ${what}`),
  );
}

function expectClose(got: number, want: number, what: string): void {
  const allowed = 1e-5 + 1e-4 * Math.abs(want);
  expect(Math.abs(got - want), `${what}: expected ${want}, got ${got}`).toBeLessThanOrEqual(
    allowed,
  );
}
