import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Tensor, float32 } from "../src/base/tensor.ts";
import { transpose } from "../src/base/transpose.ts";
import { readNpy } from "../src/formats/npy.ts";
import { openModel } from "../src/api/open-model.ts";
import { formulaInput, runLayers } from "./run-layers.ts";
import { describeShared, shared, sharedJson } from "./shared.ts";

/** What real Keras made of a file: see ../shared/golden/README.md. */
interface Golden {
  file: string;
  loader?: string;
  inputs: { name: string; shape: number[]; dtype: string }[];
  layers: (Statistics & { name: string; class: string })[];
  outputs: Statistics[];
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

/** Files that no Keras of today opens, and what is to become of them: a dialect, or a sentence. */
const manifest: Readonly<Record<string, string | RegExp>> = {
  "keras_h5/dl4j/fullconfigs/cnn/input.npy": /is a NumPy array, not a model/,
  "keras_h5/dl4j/fullconfigs/cnn/predictions.npy": /is a NumPy array, not a model/,
  "keras_h5/dl4j/keras_simple/cnn_tf_input.txt": /is a text file, not a model/,
  "keras_h5/dl4j/keras_simple/cnn_tf_model.h5": "Keras 1 Sequential",
  "keras_h5/dl4j/keras_simple/cnn_tf_output.txt": /is a text file, not a model/,
  "keras_h5/dl4j/keras_simple/cnn_tf_weights.h5": "weights without a network",
  "keras_h5/dl4j/tfkeras/issue_9349.hdf5": "Keras 2 Functional",
  "keras_h5/dl4j/tfscope/model.h5": "Keras 1 Sequential",
  "keras_h5/dl4j/tfscope/model.h5.with.tensorflow.scope": "Keras 1 Sequential",
  "keras_h5/dl4j/tfscope/model.weight": "weights without a network",
  "keras_h5/dl4j/tfscope/model.weight.with.tensorflow.scope": "weights without a network",
  "keras_h5/tensorspace/docs_keras_separated_weights.h5": "weights without a network",
  "keras_h5/tensorspace/docs_tf_keras_separated_weights.h5": "weights without a network",
  "keras_zip/qkeras-v3_3layer__custom_layers.keras": "Keras 3 Sequential",
  "negative/git_lfs_pointer_cat_vs_dog.h5": /is a Git LFS pointer.*git lfs pull/,
  "negative/html_page_saved_as_mobilenetv2-7.onnx": /is a web page, not a model/,
  "negative/not_keras_hdf5__pillow.h5":
    /no Keras model: it has neither model_config nor layer_names; it holds img, palette/,
  "negative/truncated_half_cat_dog_model.h5": /cut off: it should be 2068200 bytes long/,
  "negative/zero_bytes.h5": /is empty/,
  "tutorial/cat_vs_dog.h5": "Keras 2 Sequential",
};

/** Architectures without weights, by their names. */
const isArchitecture = (file: string): boolean => /\.json(\.with\.tensorflow\.scope)?$/.test(file);

describeShared("golden/keras_models.json", "Keras' own files", () => {
  const goldens = new Map(
    sharedJson<Golden[]>("golden/keras_models.json")
      .filter(({ loader }) => loader)
      .map((golden) => [golden.file, golden]),
  );
  const files = ["keras_h5", "keras_zip", "negative", "tutorial"].flatMap((folder) =>
    readdirSync(shared(`models/${folder}`), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => `${parentPath}/${name}`.slice(shared("models/").length)),
  );

  it("are 78 that a Keras opens, and others", () => {
    expect(goldens.size).toBe(78);
    const known = [...goldens.keys(), ...Object.keys(manifest)];
    expect(files.filter((file) => !isArchitecture(file)).sort()).toEqual(
      [...new Set(known)].sort(),
    );
  });

  it.each(files.filter((file) => !goldens.has(file)))("%s is read or refused", async (file) => {
    const wanted = isArchitecture(file)
      ? /is a Keras architecture without weights.*--arch/
      : manifest[file]!;
    const opening = openModel(shared(`models/${file}`));
    if (typeof wanted === "string") expect((await opening).network.origin.dialect).toBe(wanted);
    else {
      await expect(opening).rejects.toThrow(wanted);
      await expect(opening).rejects.toThrow(file);
    }
  });

  it.each([...goldens])("%s gives Keras' numbers in every layer", async (file, golden) => {
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
    golden.outputs.forEach((output, i) => {
      expectStatistics(outputs[i]!, output, `output ${i}`);
    });
  });
});

describeShared("models/keras_h5/dl4j", "Keras files with numbers beside them", () => {
  const folder = "models/keras_h5/dl4j/";
  const numbers = (file: string) =>
    readFileSync(shared(folder + file), "utf8")
      .trim()
      .split(/\s+/)
      .map(Number);

  it.each([
    ["a model", "keras_simple/cnn_tf_model.h5", undefined],
    ["weights and an architecture", "keras_simple/cnn_tf_weights.h5", "cnn_tf_config.json"],
  ])("gives what Keras 1 computed from %s", async (_, file, arch) => {
    const architecture = arch && readFileSync(shared(`${folder}keras_simple/${arch}`), "utf8");
    const { network } = await openModel(shared(folder + file), { architecture });
    const input = float32([1, 3, 8, 8], numbers("keras_simple/cnn_tf_input.txt"));
    const feeds = { [network.inputs[0]!.name]: transpose(input, [0, 2, 3, 1]) };
    const { outputs } = await runLayers(network, feeds);
    const wanted = numbers("keras_simple/cnn_tf_output.txt");
    Array.from(outputs[0]!.data as Float32Array).forEach((value, i) => {
      expect(value).toBeCloseTo(wanted[i]!, 5);
    });
  });

  it("gives what Keras 2.1 computed with batch normalisation", async () => {
    const { network } = await openModel(shared(`${folder}fullconfigs/cnn/cnn_batch_norm.h5`));
    const array = (name: string) =>
      readNpy(readFileSync(shared(`${folder}fullconfigs/cnn/${name}.npy`)), name);
    const { outputs } = await runLayers(network, { [network.inputs[0]!.name]: array("input") });
    const wanted = array("predictions");
    expect(outputs[0]!.shape).toEqual(wanted.shape);
    Array.from(outputs[0]!.data as Float32Array).forEach((value, i) => {
      expect(value).toBeCloseTo(Number(wanted.data[i]), 5);
    });
  });
});

describe("the layers of a .keras file", () => {
  const folder = new URL("../fixtures/data/keras-zip/", import.meta.url);
  const expected = JSON.parse(readFileSync(new URL("expected.json", folder), "utf8")) as Record<
    string,
    { keras: string; y: number[] }
  >;

  it.each(Object.entries(expected))("are found in %s", async (file, { keras, y }) => {
    const { network } = await openModel(new URL(file, folder).pathname);
    expect(network.origin.writer).toBe(`Keras ${keras}`);
    const [input] = network.inputs;
    const shape = input!.shape.map((length) => (typeof length === "number" ? length : 1));
    const x = formulaInput(shape);
    x.data.forEach((value, i) => (x.data[i] = 2 * value - 1));
    const { outputs } = await runLayers(network, { [input!.name]: x });
    Array.from(outputs[0]!.data as Float32Array).forEach((value, i) => {
      expectClose(value, y[i]!, `output ${i}`);
    });
  });
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
  wanted.values.forEach((value, i) => {
    expectClose(data[i * wanted.every]!, value, `value ${i} of ${what}`);
  });
}

function expectClose(got: number, want: number, what: string): void {
  const allowed = 1e-5 + 1e-4 * Math.abs(want);
  if (!(Math.abs(got - want) <= allowed)) expect(got, what).toBe(want);
}
