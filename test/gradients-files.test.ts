import { readFileSync, readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { sizeOf } from "../src/base/shape.ts";
import { float32, type Tensor, toNumbers, transpose } from "../src/base/tensor.ts";
import { compareGradient, worstOf } from "../src/gradient/check.ts";
import { addGradient, type GradientRequest } from "../src/gradient/gradient.ts";
import type { Graph } from "../src/graph/graph.ts";
import { foldConstants } from "../src/graph/passes/opening/fold-constants.ts";
import { raiseOpset } from "../src/graph/passes/opening/raise-opset.ts";
import { readOnnx } from "../src/graph/protobuf/read.ts";
import { withOutputs } from "../src/graph/outputs.ts";
import { bindDims } from "../src/ops/bind-dims.ts";
import { inferShapes } from "../src/ops/infer-shapes.ts";
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

describeShared("golden/views/residual.onnx", "gradients of a residual network", () => {
  const graph = bindDims(open("golden/views/residual.onnx"), { N: 1 });
  const base = arraysOf(shared("golden/views/residual__goldenretriever__base.npz"));
  const golden = arraysOf(shared("golden/views/residual__goldenretriever__gradients.npz"));
  const nhwc = float32([1, 64, 64, 3], Float32Array.from(base["input"]!.data));
  const image = transpose(nhwc, [0, 3, 1, 2]);

  async function gradient(output: string, unit: number, rules?: GradientRequest["rules"]) {
    const request = { of: output, seed: "unit", wrt: ["image"], rules };
    const input = graph.inputs[0]!.name;
    const result = addGradient(graph, { ...request, wrt: [input] });
    const name = result.gradients.get(input)!;
    const seed = float32(
      [1, 3],
      [0, 1, 2].map((i) => (i === unit ? 1 : 0)),
    );
    const { [name]: dx } = await run(result.graph, [name], { [input]: image, unit: seed });
    return toNumbers(transpose(dx!, [0, 2, 3, 1]));
  }

  const rectified: GradientRequest["rules"] = {
    Relu: ({ f, grad }) => [f.apply("Relu", grad)],
  };
  const guided: GradientRequest["rules"] = {
    Relu: ({ f, grad, outputs: [y] }) => [
      f.mul(f.apply("Relu", grad), f.indicator(f.greater(y!, 0))),
    ],
  };

  it.each<[string, string, number, GradientRequest["rules"]]>([
    ["logit0/gradient", "probs_logits", 0, undefined],
    ["logit1/gradient", "probs_logits", 1, undefined],
    ["prob0/gradient", "probs", 0, undefined],
    ["logit0/guided_backprop", "probs_logits", 0, guided],
    ["logit0/deconvnet", "probs_logits", 0, rectified],
  ])("%s", async (key, output, unit, rules) => {
    const got = await gradient(output, unit, rules);
    expect(relative(got, [...golden[key]!.data])).toBeLessThan(1e-5);
  });
});

describeShared("cases/34_onnx_old_opsets", "case 34: gradients of a file of opset 7", () => {
  it("Grad-CAM on the logit of class 1", async () => {
    const stored = arraysOf(shared("cases/34_onnx_old_opsets/opset7_ir3.expected.npz"));
    const graph = bindDims(open("cases/34_onnx_old_opsets/opset7_ir3.onnx"), { N: 1, H: 8, W: 8 });
    const request = { of: "logit", seed: "unit", wrt: ["clip", "image"] };
    const { graph: whole, gradients } = addGradient(graph, request);
    const [dClip, dImage] = [gradients.get("clip")!, gradients.get("image")!];
    const feeds = { image: asTensor(stored["x:image"]!), unit: float32([1, 2], [0, 1]) };
    const results = await run(whole, ["clip", dClip, dImage], feeds);
    const [maps, slopes] = [toNumbers(results["clip"]!), toNumbers(results[dClip]!)];
    const cam = new Array<number>(64).fill(0);
    for (let channel = 0; channel < 4; channel++) {
      const places = Array.from({ length: 64 }, (_, i) => channel * 64 + i);
      const weight = places.reduce((sum, i) => sum + slopes[i]!, 0) / 64;
      for (const [i, place] of places.entries()) cam[i]! += weight * maps[place]!;
    }
    const want = [...stored["v:gradcam_clip_class1"]!.data];
    for (const [i, value] of cam.entries()) expect(Math.max(0, value)).toBeCloseTo(want[i]!, 5);
    // The saliency as well.
    const terms = [{ value: "logit", weights: [0, 1] }];
    const check = { graph: whole, terms, gradients, feeds, step: 2 ** -6 };
    const image = new Map([["image", dImage]]);
    const comparisons = await compareGradient({ ...check, gradients: image }, runtime);
    expect(worstOf(comparisons)!.error).toBeLessThan(1e-3);
  });
});

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
