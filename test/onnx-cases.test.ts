import { afterAll, expect, it } from "vitest";
import { sizeOf } from "../src/base/shape.ts";
import { type Tensor, float32, toNumbers } from "../src/base/tensor.ts";
import { addGradient } from "../src/gradient/gradient.ts";
import { withOutputs } from "../src/graph/outputs.ts";
import { raiseOpset } from "../src/graph/passes/opening/raise-opset.ts";
import { RunningNetwork } from "../src/model/running.ts";
import { selectLayers, toUser } from "../src/model/network.ts";
import { bindInputs } from "../src/ops/infer/bind-dims.ts";
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

  it("opset 7 has gradients: Grad-CAM of class 1 at the value clip, on the logit", async () => {
    const path = shared("cases/34_onnx_old_opsets/opset7_ir3");
    const wanted = arraysOf(`${path}.expected.npz`);
    const { network } = await openOnnx(`${path}.onnx`);
    const x = asTensor(wanted["x:image"]!);
    const bound = bindInputs(raiseOpset(network.graph), { image: x.shape });
    const { graph, gradients } = addGradient(bound, { of: "logit", seed: "class", wrt: ["clip"] });
    const names = ["clip", gradients.get("clip")!];
    const session = await runtime.open(withOutputs(graph, names), { threads: 1 });
    const results = await session.run({ image: x, class: float32([1, 2], [0, 1]) });
    await session.release();
    const [maps, gradient] = names.map((name) => toNumbers(results[name]!)) as [number[], number[]];
    const cam = new Array<number>(64).fill(0);
    for (let c = 0; c < 4; c++) {
      const alpha = gradient.slice(c * 64, c * 64 + 64).reduce((sum, v) => sum + v / 64, 0);
      for (let i = 0; i < 64; i++) cam[i]! += alpha * maps[c * 64 + i]!;
    }
    const shown = float32(
      [8, 8],
      cam.map((v) => Math.max(v, 0)),
    );
    expect(largestDifference(shown, wanted["v:gradcam_clip_class1"]!)).toBeLessThan(1e-5);
  });

  it.each(files.filter(([file]) => file.startsWith("37")))(
    "the gradient of %s is what differences of the engine say",
    async (file) => {
      const path = shared(`cases/${file}`);
      const x = asTensor(arraysOf(path.replace(/\.onnx$/, ".expected.npz"))["x:x"]!);
      const { network } = await openOnnx(path);
      const shape = network.outputs[0]!.shape as number[];
      const seed = float32(
        shape,
        Float32Array.from({ length: sizeOf(shape) }, (_, i) => 1 + (i % 7)),
      );
      const graph = raiseOpset(network.graph);
      const made = addGradient(graph, { of: "y", seed: "seed", wrt: ["x"] });
      const name = made.gradients.get("x")!;
      const session = await runtime.open(withOutputs(made.graph, [name, "y"]), { threads: 1 });
      // Whether x is still read depends on the op; a linear one's gradient does not need it.
      const run = async (value: Tensor) => {
        const results = await session.run({ x: value, seed });
        const y = toNumbers(results["y"]!);
        return {
          gradient: results[name]!,
          objective: y.reduce((sum, v, i) => sum + v * seed.data[i]!, 0),
        };
      };
      const { gradient } = await run(x);
      // The ops are linear: a difference over a whole step is exact.
      const differences = new Float32Array(sizeOf(x.shape));
      for (let i = 0; i < differences.length; i++) {
        const moved = (by: number) =>
          float32(
            x.shape,
            toNumbers(x).map((v, k) => (k === i ? v + by : v)),
          );
        const [up, down] = [await run(moved(0.5)), await run(moved(-0.5))];
        differences[i] = up.objective - down.objective;
      }
      await session.release();
      expect(largestDifference(gradient, float32(x.shape, differences))).toBeLessThan(1e-4);
    },
  );
});
