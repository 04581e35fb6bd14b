import { expect, it } from "vitest";
import { StriateError } from "../src/base/errors.ts";
import type { Tensor } from "../src/base/tensor.ts";
import { convertModel } from "../src/formats/convert.ts";
import type { ModelSource, OpenedModel, WrittenFile } from "../src/formats/format.ts";
import { onnx } from "../src/formats/onnx.ts";
import { readNpz } from "../src/formats/npz.ts";
import { tfjs } from "../src/formats/tfjs.ts";
import { selectLayers, toUser } from "../src/model/network.ts";
import { RunningNetwork } from "../src/model/running.ts";
import { openModel } from "../src/api/open-model.ts";
import { runtime } from "../src/runtime/node/index.ts";
import { makeInput } from "./layer-fixtures.ts";
import { largestDifference } from "./onnx-files.ts";
import { describeShared, shared } from "./shared.ts";

const inMemory = (files: readonly WrittenFile[]): ModelSource => ({
  name: files[0]!.path,
  bytes: files[0]!.bytes,
  sibling(path) {
    const found = files.find((file) => file.path === path);
    return found ? Promise.resolve(found.bytes) : Promise.reject(new StriateError(`no ${path}`));
  },
});

/** Inputs by formula; a free length is 24, as in ../shared/golden. */
const feedsOf = ({ network }: OpenedModel): Record<string, Tensor> =>
  Object.fromEntries(
    network.inputs.map((port) => {
      const shape = port.shape.map((length, axis) =>
        typeof length === "number" ? length : axis === 0 ? 2 : 24,
      );
      return [port.name, makeInput({ shape, low: 0, high: 1, start: 0 })];
    }),
  );

async function outputsOf({ network }: OpenedModel, feeds: Record<string, Tensor>) {
  const running = new RunningNetwork(network, runtime, { threads: 1 });
  const ports = network.outputs;
  const values = await running.run(
    feeds,
    ports.map((port) => port.value),
  );
  await running.release();
  return values.map((value, i) => toUser(value, ports[i]!));
}

const models = [
  "models/tutorial/cat_vs_dog.h5",
  "cases/04_teachable_machine_groups/keras_model.h5",
  "cases/05_keras3_h5_dtype_dict/keras3.keras",
  "cases/28_flatten_channels_first/flatten_cf.h5",
  "cases/39_bn_axis_softmax_axis/bn_axis_list.h5",
];

describeShared("cases/index.json", "converting", () => {
  it.each([
    ...models,
    "cases/46_shared_layers/siamese.keras",
    "cases/12_ops_as_layers/tfoplambda.h5",
  ])(
    "%s as .onnx: the same outputs, in ONNX Runtime by the user's names and shapes, and read again",
    async (file) => {
      const opened = await openModel(shared(file));
      const feeds = feedsOf(opened);
      const wanted = await outputsOf(opened, feeds);
      const files = await convertModel(opened, "out.onnx");

      const session = await runtime.open(files[0]!.bytes, { threads: 1 });
      expect(session.inputs).toEqual(opened.network.inputs.map((port) => port.name));
      expect(session.outputs).toEqual(opened.network.outputs.map((port) => port.name));
      const results = await session.run(feeds);
      await session.release();
      wanted.forEach((want, i) => {
        const got = results[session.outputs[i]!]!;
        expect(got.shape).toEqual(want.shape);
        expect(largestDifference(got, want)).toBeLessThan(1e-6);
      });

      const again = await onnx.read(inMemory(files));
      (await outputsOf(again, feeds)).forEach((got, i) =>
        expect(largestDifference(got, wanted[i]!)).toBeLessThan(1e-6),
      );
    },
  );

  it("an .onnx file keeps the layers' names, the classes and the preprocessing", async () => {
    const opened = await openModel(shared(models[0]!));
    opened.network.labels = ["cat", "dog"];
    opened.network.preprocessing = { scale: "1/255" };
    const again = await onnx.read(inMemory(await convertModel(opened, "out.onnx")));
    expect(again.network.labels).toEqual(["cat", "dog"]);
    expect(again.network.preprocessing).toEqual({ scale: "1/255" });
    for (const { address } of opened.network.layers.filter(({ kind }) => kind === "convolution")) {
      const [layer] = selectLayers(again.network, address);
      expect(layer!.outputs[0]!.name).toBe(address);
    }
  });

  it.each(models)("%s as TF.js: the same outputs when it is read again", async (file) => {
    const opened = await openModel(shared(file));
    opened.network.labels = ["cat", "dog"];
    const feeds = feedsOf(opened);
    const files = await convertModel(opened, "model.json");
    const again = await tfjs.read(inMemory(files));
    const got = await outputsOf(again, feeds);
    (await outputsOf(opened, feeds)).forEach((want, i) =>
      expect(largestDifference(got[i]!, want)).toBe(0),
    );
    expect(again.network.labels).toEqual(["cat", "dog"]);
    for (const { bytes } of files.slice(1)) expect(bytes.length).toBeLessThanOrEqual(4 * 2 ** 20);
  });

  it("an .npz holds the weights in Keras' shapes, a .json the layers", async () => {
    const opened = await openModel(shared(models[0]!));
    const [npz] = await convertModel(opened, "weights.npz");
    const arrays = new Map(await readNpz(npz!.bytes, "weights.npz"));
    const first = opened.keras!.layers.find(({ className }) => className === "Conv2D")!;
    const kernel = arrays.get(`${first.name}/kernel`)!;
    expect(kernel.shape).toEqual([3, 3, 3, 32]);
    expect(largestDifference(kernel, first.weights.get("kernel")!)).toBe(0);
    const [json] = await convertModel(opened, "architecture.json");
    const parsed = JSON.parse(new TextDecoder().decode(json!.bytes)) as Record<string, unknown>;
    expect(parsed).toMatchObject({ class_name: "Sequential", keras_version: "2.15.0" });
  });

  it.each([
    ["cases/12_ops_as_layers/tfoplambda.h5", "model.json", /TFOpLambda "[^"]+": TF.js has no such/],
    ["cases/51_upsampling/upsampling.h5", "model.json", /UpSampling2D "[^"]+": TF.js' bilinear/],
    ["cases/10_nested_taps/nested.h5", "model.json", /two layers have "block1_conv1\/kernel"/],
    ["cases/33_onnx_nhwc_fixed_batch/nameless_nodes.onnx", "out.h5", /it is ONNX/],
    ["cases/33_onnx_nhwc_fixed_batch/nameless_nodes.onnx", "out.json", /it is ONNX/],
    [models[0]!, "out.tflite", /no kind that can be written; use .*\.onnx/],
  ])("%s as %s: what cannot be held is named", async (file, name, words) => {
    const opened = await openModel(shared(file));
    await expect(convertModel(opened, name)).rejects.toThrow(words);
  });
});
