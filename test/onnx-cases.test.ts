import { afterAll, expect, it } from "vitest";
import { RunningNetwork } from "../src/model/running.ts";
import { selectLayers, toUser } from "../src/model/network.ts";
import { runtime } from "../src/runtime/node/index.ts";
import { arraysOf, asTensor, largestDifference, openOnnx } from "./onnx-files.ts";
import { describeShared, shared } from "./shared.ts";

// Files from public bug reports (../shared/cases): each must give the numbers stored beside it, for its
// outputs and for inner values that are asked for by name.

const files: readonly [file: string, tolerance: number, layers: readonly string[]][] = [
  [
    "33_onnx_nhwc_fixed_batch/nameless_nodes.onnx",
    1e-5,
    ["x", "Conv_1", "Relu_1", "Conv_2", "Add_1", "Min_1"],
  ],
  [
    "33_onnx_nhwc_fixed_batch/tf2onnx_like_nhwc_batch1.onnx",
    1e-5,
    [
      "image",
      "Transpose_1",
      "conv1/Conv2D",
      "conv1/Relu",
      "Transpose_2",
      "Reshape_1",
      "MatMul_1",
      "Softmax_1",
    ],
  ],
  [
    "34_onnx_old_opsets/opset7_ir3.onnx",
    1e-5,
    [
      "image",
      "Conv_1",
      "BatchNormalization_1",
      "Clip_1",
      "Dropout_1",
      "Upsample_1",
      "GlobalAveragePool_1",
      "Squeeze_1",
      "Gemm_1",
      "Softmax_1",
    ],
  ],
  [
    "35_onnx_input_types/float16_io.onnx",
    5e-3,
    ["image", "Conv_1", "Relu_1", "GlobalAveragePool_1"],
  ],
  ["36_onnx_external_data/model.onnx", 1e-5, ["image", "Conv_1"]],
  ["36_onnx_external_data/no_length.onnx", 1e-5, ["image", "Conv_1"]],
  ["37_onnx_pools_and_auto_pad/avg_ceil_include_pad_opset18.onnx", 1e-5, ["x", "AveragePool_1"]],
  ["37_onnx_pools_and_auto_pad/avg_ceil_opset18.onnx", 1e-5, ["x", "AveragePool_1"]],
  ["37_onnx_pools_and_auto_pad/conv_even_same_lower.onnx", 1e-5, ["x", "Conv_1"]],
  ["37_onnx_pools_and_auto_pad/convtranspose_same_upper.onnx", 1e-5, ["x", "ConvTranspose_1"]],
];

describeShared("cases/index.json", "ONNX files that trip other tools", () => {
  const open: RunningNetwork[] = [];
  afterAll(() => Promise.all(open.map((running) => running.release())));

  it.each(files)("%s gives its stored numbers within %d", async (file, tolerance, layers) => {
    const path = shared(`cases/${file}`);
    const wanted = arraysOf(path.replace(/\.onnx$/, ".expected.npz"));
    const { network } = await openOnnx(path);
    const running = new RunningNetwork(network, runtime, { threads: 1 });
    open.push(running);
    expect(network.layers.map((layer) => layer.address)).toEqual(layers);

    const feeds = Object.fromEntries(
      network.inputs.map((port) => [port.name, asTensor(wanted[`x:${port.name}`]!)]),
    );
    const ports = Object.keys(wanted).flatMap((key) => {
      const [kind, name = ""] = key.split(/:(.*)/s);
      if (kind === "y") return [{ key, port: network.outputs.find((p) => p.name === name)! }];
      if (kind === "tap") return [{ key, port: selectLayers(network, name)[0]!.outputs[0]! }];
      return [];
    });
    const results = await running.run(
      feeds,
      ports.map(({ port }) => port.value),
    );
    ports.forEach(({ key, port }, i) => {
      const got = toUser(results[i]!, port);
      expect(got.type, key).toBe("float32");
      expect(got.shape, key).toEqual(wanted[key]!.shape);
      expect(largestDifference(got, wanted[key]!), key).toBeLessThan(tolerance);
      // What is said of the shape must hold, symbols aside.
      const said = port.shape.map((length, axis) =>
        typeof length === "number" ? length : got.shape[axis],
      );
      expect(said, key).toEqual(got.shape);
    });
  });

  it.each([
    ["36_onnx_external_data/weights_are_elsewhere.onnx", "lost.bin"],
    ["36_onnx_external_data/escapes_folder.onnx", "../../../etc/hostname"],
  ])("%s is refused naming %s", async (file, words) => {
    const refusal = await openOnnx(shared(`cases/${file}`)).catch((error: Error) => error.message);
    expect(refusal).toContain(words);
    expect(refusal).toContain(file.split("/")[1]);
  });
});
