import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Model } from "../src/api/model.ts";
import { Random } from "../src/base/random.ts";
import { sizeOf } from "../src/base/shape.ts";
import { type Tensor, float32, toFloat32, toNumbers } from "../src/base/tensor.ts";
import { compareGradient, worstOf } from "../src/gradient/check.ts";
import { addGradient } from "../src/gradient/gradient.ts";
import type { Graph } from "../src/graph/graph.ts";
import { foldConstants } from "../src/graph/passes/opening/fold-constants.ts";
import { raiseOpset } from "../src/graph/passes/opening/raise-opset.ts";
import { readOnnx } from "../src/graph/protobuf/read.ts";
import { withOutputs } from "../src/graph/outputs.ts";
import { findValue } from "../src/model/target/find-value.ts";
import { seedAt } from "../src/model/gradients/gradient-query.ts";
import { type Port, toUser } from "../src/model/network.ts";
import { noiseFeeds } from "../src/model/photo/noise-input.ts";
import { loadModel } from "../src/api/load-model.ts";
import { inferShapes } from "../src/ops/infer/infer-shapes.ts";
import { runtime } from "../src/runtime/node/index.ts";
import { arraysOf, asTensor, readTensorFile } from "./onnx-files.ts";
import { describeShared, shared } from "./shared.ts";

// Shapes and gradients of ONNX files that others wrote.

function open(path: string): Graph {
  const graph = readOnnx(readFileSync(shared(path)));
  inferShapes(graph);
  return raiseOpset(graph);
}

async function run(graph: Graph, names: readonly string[], feeds: Record<string, Tensor>) {
  const session = await runtime.open(withOutputs(graph, names), { threads: 1 });
  const results = await session.run(feeds);
  await session.release();
  return results;
}

/** Largest difference, as a part of the largest wanted value. */
function relative(got: readonly number[], want: readonly number[]): number {
  const largest = want.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return got.reduce((worst, value, i) => Math.max(worst, Math.abs(value - want[i]!)), 0) / largest;
}

describeShared("cases/34_onnx_old_opsets", "case 34: gradients of a file of opset 7", () => {
  it("Grad-CAM on the logit of class 1, of sizes that the file leaves free", async () => {
    const stored = arraysOf(shared("cases/34_onnx_old_opsets/opset7_ir3.expected.npz"));
    const model = await loadModel(shared("cases/34_onnx_old_opsets/opset7_ir3.onnx"));
    const { gradients, values } = await model.running.gradients(
      { image: asTensor(stored["x:image"]!) },
      { of: [{ value: "logit", seed: seedAt([1]) }], wrt: ["clip"], values: ["clip"] },
    );
    await model.dispose();
    const [maps, slopes] = [toNumbers(values[0]!), toNumbers(gradients[0]!)];
    const cam = new Array<number>(64).fill(0);
    for (let channel = 0; channel < 4; channel++) {
      const places = Array.from({ length: 64 }, (_, i) => channel * 64 + i);
      const weight = places.reduce((sum, i) => sum + slopes[i]!, 0) / 64;
      for (const [i, place] of places.entries()) cam[i]! += weight * maps[place]!;
    }
    const want = [...stored["v:gradcam_clip_class1"]!.data];
    for (const [i, value] of cam.entries()) expect(Math.max(0, value)).toBeCloseTo(want[i]!, 5);
  });
});

describe("gradients of any file agree with differences", () => {
  const data = fileURLToPath(new URL("../fixtures/data/", import.meta.url));
  // The logits: probabilities of a thousand classes hardly change.
  describeShared("models/onnx/light/light_squeezenet.onnx", "ONNX", () => {
    it("SqueezeNet, opset 9, before the softmax", async () => {
      const model = await loadModel(shared("models/onnx/light/light_squeezenet.onnx"));
      await expectSlope(model, { name: model.layers.at(-2)!.address, step: 0.3, tolerance: 0.03 });
    });
  });
  it("a TensorFlow graph", async () => {
    await expectSlope(await loadModel(`${data}saved-models/keras2`), {});
  });
  it("a TFLite file", async () => {
    await expectSlope(await loadModel(`${data}tflite/float16.tflite`), {});
  });
  it("a TFLite file of 8-bit codes: they pass straight through the rounding", async () => {
    await expectSlope(await loadModel(`${data}tflite/int8.tflite`), { tolerance: 0.3, step: 0.5 });
  });
});

/**
 * Compares the gradient of a random mixture of a value's elements with how far the mixture changes along
 * it, where it changes most.
 *
 * @param name of the value; the first output by default
 */
async function expectSlope(
  { running, network }: Model,
  { tolerance = 1e-2, step = 0.02, name = network.outputs[0]!.name },
): Promise<void> {
  const feeds = noiseFeeds(network, 3);
  const [input] = network.inputs as [Port];
  const { value } = findValue(network, name);
  const [output] = await running.run(feeds, [value]);
  const random = new Random(5);
  const seed = float32(
    output!.shape,
    toNumbers(output!).map(() => random.normal(0, 1)),
  );
  const asked = { of: [{ value, seed }], wrt: [input.value] };
  const { gradients } = await running.gradients(feeds, asked);
  const slope = toUser(toFloat32(gradients[0]!), input);
  const x = toFloat32(feeds[input.name]!);
  expect(slope.shape).toEqual(x.shape);
  const length = Math.sqrt(slope.data.reduce((sum, each) => sum + each ** 2, 0));
  expect(length).toBeGreaterThan(0);
  const score = async (by: number): Promise<number> => {
    const moved = x.data.map((each, i) => each + (by * slope.data[i]!) / length);
    const [at] = await running.run({ ...feeds, [input.name]: float32(x.shape, moved) }, [value]);
    return toNumbers(at!).reduce((sum, each, i) => sum + each * seed.data[i]!, 0);
  };
  const difference = ((await score(step)) - (await score(-step))) / (2 * step);
  expect(Math.abs(difference / length - 1)).toBeLessThan(tolerance);
  await running.release();
}

describeShared("cases/37_onnx_pools_and_auto_pad", "case 37: corners of pools and auto_pad", () => {
  it.each([
    "avg_ceil_opset18",
    "avg_ceil_include_pad_opset18",
    "conv_even_same_lower",
    "convtranspose_same_upper",
  ])("%s", async (name) => {
    const path = `cases/37_onnx_pools_and_auto_pad/${name}`;
    const stored = arraysOf(shared(`${path}.expected.npz`));
    const graph = open(`${path}.onnx`);
    inferShapes(graph);
    expect(graph.values.get("y")!.shape).toEqual(stored["y:y"]!.shape);
    const feeds = { x: asTensor(stored["x:x"]!) };
    const { y } = await run(graph, ["y"], feeds);
    expect(relative(toNumbers(y!), [...stored["y:y"]!.data])).toBeLessThan(1e-5);
    expect(await gradientError(graph, "y", feeds)).toBeLessThan(1e-3);
  });
});

const nodeTests = "models/onnx/node_tests_onnx-1.12";

// Inputs that lie so near a corner, or the end of where the function is defined, that a difference steps
// over it (ties.test.ts checks corners); and sizes that are data, so that no shape is known.
const cannotBeChecked = new Set([
  "test_clip_default_max",
  "test_elu_example",
  "test_leakyrelu_example",
  "test_selu_example",
  "test_maxpool_2d_pads",
  "test_maxpool_2d_strides",
  "test_maxpool_2d_same_lower",
  "test_batchnorm_example",
  "test_pow",
  "test_resize_downsample_scales_linear",
  "test_resize_downsample_scales_nearest",
  "test_resize_upsample_scales_linear",
  "test_resize_upsample_scales_nearest",
]);

describeShared(nodeTests, "ONNX's own node tests: shapes, and gradients where rules exist", () => {
  const tests = readdirSync(shared(nodeTests)).filter((name) => !cannotBeChecked.has(name));
  it(`${tests.length} of them`, async () => {
    const faults: string[] = [];
    let checked = 0;
    for (const test of tests) {
      let graph = open(`${nodeTests}/${test}/model.onnx`);
      const inputs = graph.inputs.map((value, i) => {
        const file = shared(`${nodeTests}/${test}/test_data_set_0/input_${i}.pb`);
        return [value.name, readTensorFile(file)] as const;
      });
      const isReal = (value: Tensor) => value.type === "float32" || value.type === "float64";
      const feeds = Object.fromEntries(inputs.filter(([, value]) => isReal(value)));
      for (const [name, value] of inputs) if (!isReal(value)) graph.initializers.set(name, value);
      graph.inputs = graph.inputs.filter((value) => value.name in feeds);
      graph = foldConstants(graph, inferShapes(graph));
      for (const output of graph.outputs) {
        const { type, shape } = graph.values.get(output.name)!;
        const declared = output.shape ?? [];
        if (JSON.stringify(shape) !== JSON.stringify(declared) || type !== output.type)
          faults.push(`${test}: shape ${JSON.stringify(shape)}, the file says ${declared.join()}`);
      }
      const output = graph.outputs[0]!;
      if (!isReal(output as never) || graph.inputs.length === 0) continue;
      checked++;
      const error = await gradientError(graph, output.name, feeds, 12);
      if (!(error < 2e-3)) faults.push(`${test}: gradient off by ${error}`);
    }
    expect(faults).toEqual([]);
    expect(checked).toBeGreaterThan(180);
  });
});

/** How far the gradient of a value's sum by all inputs is from differences. */
async function gradientError(
  graph: Graph,
  of: string,
  feeds: Record<string, Tensor>,
  most?: number,
): Promise<number> {
  const { graph: whole, gradients } = addGradient(graph, { of, wrt: Object.keys(feeds) });
  const shape = whole.values.get(of)!.shape as number[];
  const terms = [{ value: of, weights: new Array<number>(sizeOf(shape)).fill(1) }];
  const check = { graph: whole, terms, gradients, feeds, step: 2 ** -7, most };
  return worstOf(await compareGradient(check, runtime))?.error ?? 0;
}
