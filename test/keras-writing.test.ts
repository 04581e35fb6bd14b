import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { FormatDefinition, OpenedModel } from "../src/formats/format.ts";
import { kerasH5 } from "../src/formats/keras-h5.ts";
import { kerasZip } from "../src/formats/keras-zip.ts";
import { tfjs } from "../src/formats/tfjs.ts";
import { openModel } from "../src/api/open-model.ts";
import { formulaInput, runLayers } from "./run-layers.ts";
import { describeShared, shared } from "./shared.ts";

/** Writes a model and reads it again, without a disk between. */
async function rewritten(format: FormatDefinition, model: OpenedModel): Promise<OpenedModel> {
  const [file, ...beside] = await format.writer!.write(model, "written");
  const sibling = (path: string) => {
    const found = beside.find((each) => each.path === path);
    return found ? Promise.resolve(found.bytes) : Promise.reject(Error());
  };
  const source = { name: "written", bytes: file!.bytes, sibling };
  expect(format.match(source)).toBe(true);
  return format.read(source);
}

async function outputsOf({ network }: OpenedModel) {
  const feeds = Object.fromEntries(
    network.inputs.map(({ name, shape }) => [
      name,
      formulaInput(shape.map((length) => (typeof length === "number" ? length : 1))),
    ]),
  );
  return (await runLayers(network, feeds)).outputs;
}

describe("what real Keras made of the files that were written", () => {
  const { results } = JSON.parse(
    readFileSync(new URL("../fixtures/data/keras-roundtrip.json", import.meta.url), "utf8"),
  ) as { results: Record<string, string | number>[] };

  it("opens every .h5 in Keras 2 and every .keras in Keras 3, with equal outputs", () => {
    const written = results.filter((result) => result.refused === undefined);
    expect(written.length).toBeGreaterThan(250);
    for (const result of written) {
      const found = result[result.to === ".h5" ? "tf_keras" : "keras"];
      // Mixed precision computes in half where striate does not.
      const tolerance = /float16/.test(String(result.from)) ? 2e-2 : 1e-5;
      expect(found, `${result.from} as ${result.to}`).toBeLessThan(tolerance);
    }
  });

  it("goes on from the stored optimizer", () => {
    const resumed = results.filter((result) => "keras after one more step" in result);
    expect(resumed.length).toBeGreaterThan(0);
    for (const result of resumed) expect(result["keras after one more step"]).toBeLessThan(1e-6);
  });
});

describeShared("cases/index.json", "a Keras file that is written and read again", () => {
  const files = [
    "models/tutorial/cat_vs_dog.h5",
    "models/keras_h5/dl4j/keras_simple/cnn_tf_model.h5",
    "models/keras_h5/mlperf_tiny/mlperf_tiny_resnet8_cifar10.h5",
    "cases/04_teachable_machine_groups/keras_model.h5",
    "cases/11_nested_weight_order/nested_bn.h5",
    "cases/21_keras_zip_class_order/misleading_names.keras",
    "cases/22_keras_zip_from_keras2/tf_keras2.keras",
    "cases/28_flatten_channels_first/flatten_cf.h5",
    "cases/43_chunked_names/weight_names_chunked.h5",
    "cases/46_shared_layers/siamese.keras",
  ];

  it.each(files)("%s computes the same", async (file) => {
    const model = await openModel(shared(file));
    const wanted = await outputsOf(model);
    for (const format of [kerasH5, kerasZip]) {
      const again = await rewritten(format, model);
      expect(again.network.layers.map((layer) => layer.address)).toEqual(
        model.network.layers.map((layer) => layer.address),
      );
      const made = await outputsOf(again);
      expect(made).toEqual(wanted);
    }
  });

  it.each(["rmsprop_tf_keras.h5", "rmsprop_keras3.h5"])(
    "%s keeps the state of its optimizer",
    async (file) => {
      const model = await openModel(shared(`cases/18_resume_optimizer/${file}`));
      expect(model.optimizer).toMatchObject({ className: "RMSprop", iterations: 3 });
      for (const format of [kerasH5, kerasZip]) {
        const { optimizer } = await rewritten(format, model);
        expect(optimizer).toEqual(model.optimizer);
      }
    },
  );

  it("keeps class names, preprocessing and history where Keras does not look", async () => {
    const model = await openModel(shared("models/tutorial/cat_vs_dog.h5"));
    model.network.labels = ["cat", "dog"];
    model.network.preprocessing = { scale: "1/255", resize: "bilinear" };
    // More than an attribute of HDF5 holds by itself.
    const epoch = [...new Array<number>(20_000).keys()];
    const history = { epoch, history: { loss: epoch.map((each) => 1 / (each + 1)) } };
    model.network.history = history;
    for (const format of [kerasH5, kerasZip, tfjs]) {
      const { network } = await rewritten(format, model);
      expect(network.labels).toEqual(["cat", "dog"]);
      expect(network.preprocessing).toEqual({ scale: "1/255", resize: "bilinear" });
      expect(network.history).toEqual(history);
    }
  });

  it("keeps keys that striate does not know", async () => {
    const model = await openModel(shared("cases/25_attribute_types/fixed_bytes.h5"));
    const layer = model.keras!.layers.find(({ name }) => name === "conv")!;
    layer.raw.unheard_of = { deep: [1, "two"] };
    const again = await rewritten(kerasH5, model);
    const same = again.keras!.layers.find(({ name }) => name === "conv")!;
    expect(same.raw.unheard_of).toEqual({ deep: [1, "two"] });
  });

  it("names the layer that the other Keras cannot hold", async () => {
    const old = await openModel(shared("models/keras_h5/dl4j/tfkeras/act_2.h5"));
    await expect(kerasZip.writer!.write(old, "x.keras")).rejects.toThrow(
      /Dense "dense_1".*hard_sigmoid/,
    );
    const modern = await openModel(shared("cases/40_normalization_layers/vector_rescaling.keras"));
    await expect(kerasH5.writer!.write(modern, "x.h5")).rejects.toThrow(
      /Normalization "inv".*invert/,
    );
  });
});
