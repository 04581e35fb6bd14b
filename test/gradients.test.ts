import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Shape, sizeOf } from "../src/base/shape.ts";
import { float32, type Tensor, toNumbers } from "../src/base/tensor.ts";
import { addGradient } from "../src/gradient/gradient.ts";
import { GraphBuilder } from "../src/graph/builder.ts";
import type { Graph } from "../src/graph/graph.ts";
import { withOutputs } from "../src/graph/outputs.ts";
import { microBatch } from "../src/train/rows/micro-batch.ts";
import { stepPasses } from "../src/graph/passes/step/step-passes.ts";
import { Formula } from "../src/ops/facts/formula.ts";
import { inferShapes } from "../src/ops/infer/infer-shapes.ts";
import { runtime } from "../src/runtime/node/index.ts";

// The tutorial's network against PyTorch's autograd in float64 (fixtures/gradients.py).

interface Stored {
  shape: number[];
  /** Every step-th element is stored. */
  step: number;
  /** Euclidean norm of the whole gradient. */
  norm: number;
  values: string;
}
interface Case {
  title: string;
  size: number;
  batch: number;
  channels: number[];
  units: number;
  seed: number;
  loss: number;
  gradients: Record<string, Stored>;
}

const cases = JSON.parse(
  readFileSync(new URL("../fixtures/data/gradients.json", import.meta.url), "utf8"),
) as Case[];

/** The formula that the fixture's weights and inputs are made by. */
function formula(k: number, shape: Shape, low: number, high: number): Tensor {
  const values = Float32Array.from({ length: sizeOf(shape) }, (_, i) => {
    const hash = Number((BigInt(i + 1 + 1000003 * k) * 2654435761n) & 0xffffffffn);
    return low + (high - low) * (hash / 2 ** 32);
  });
  return float32(shape, values);
}

function tutorialNetwork({ size, batch, channels, units, seed }: Case) {
  const b = new GraphBuilder();
  const f = new Formula(b, "float32");
  const x = b.input("x", [batch, 3, size, size]);
  const weights: string[] = [];
  const weight = (name: string, shape: Shape, fanIn: number): string => {
    const bound = shape.length > 1 ? Math.sqrt(6 / fanIn) : 0.1;
    const k = seed + 1 + weights.length;
    weights.push(name);
    return b.initializer(name, formula(k, shape, -bound, bound));
  };
  let h = x;
  let side = size;
  let from = 3;
  for (const [layer, to] of channels.entries()) {
    const w = weight(`conv${layer}`, [to, from, 3, 3], from * 9);
    const z = b.op("Conv", [h, w, weight(`bias${layer}`, [to], 1)]);
    const pool = { kernel_shape: [2, 2], strides: [2, 2] };
    h = b.op("MaxPool", [b.op("Relu", [z])], pool);
    side = Math.floor((side - 2) / 2);
    from = to;
  }
  const flat = from * side * side;
  const dense = (input: string, layer: number, outputs: number, inputs: number) =>
    b.op(
      "Gemm",
      [
        input,
        weight(`dense${layer}`, [outputs, inputs], inputs),
        weight(`dense_bias${layer}`, [outputs], 1),
      ],
      { transB: 1 },
    );
  h = b.op("Relu", [dense(b.op("Flatten", [h]), 0, units, flat)]);
  const logit = dense(h, 1, 1, units);
  // ln(1 + e^z) - z y, averaged over the batch: the cross-entropy of a logit
  const labels = f.constant(
    Array.from({ length: batch }, (_, i) => i % 2),
    [batch, 1],
  );
  const loss = f.mean(f.sub(b.op("Softplus", [logit]), f.mul(logit, labels)), [0, 1]);
  return { graph: b.graph, loss, weights, input: formula(seed, [batch, 3, size, size], 0, 1) };
}

const networks = new Map<Case, ReturnType<typeof tutorialNetwork>>();

/** The network of a case, made once: its numbers take longer than the step. */
function networkOf(stored: Case) {
  const network = networks.get(stored) ?? tutorialNetwork(stored);
  networks.set(stored, network);
  return network;
}

/** The forms in which a step's graph is run; the plain one also gives the gradient of the pictures. */
const forms: Record<string, (graph: Graph, rows: number) => Graph | Promise<Graph>> = {
  plain: (graph) => graph,
  "after all passes": (graph) => afterPasses(graph),
  "picture by picture": (graph, rows) => inParts(afterPasses(graph), rows, 1),
  "picture by picture, blocked": (graph, rows) =>
    runtime.tune!(inParts(afterPasses(graph), rows, 1)),
  "two pictures at a time, blocked": (graph, rows) =>
    runtime.tune!(inParts(afterPasses(graph), rows, 2)),
};

function afterPasses(graph: Graph): Graph {
  return Object.values(stepPasses).reduce((before, pass) => {
    const after = pass(before);
    if (after !== before) inferShapes(after);
    return after;
  }, graph);
}

const inParts = (graph: Graph, rows: number, size: number): Graph =>
  microBatch(graph, { rows, inputs: ["x"], size });

describe.each(Object.entries(forms))("gradients of the tutorial's network, %s", (form, rewrite) => {
  it.each(cases)("agree with float64 autograd: $title, batch $batch", async (stored) => {
    const { graph, loss, weights, input } = networkOf(stored);
    const wrt = form === "plain" ? ["x", ...weights] : weights;
    const { graph: whole, gradients } = addGradient(graph, { of: loss, wrt });
    const wanted = withOutputs(whole, [loss, ...gradients.values()]);
    const session = await runtime.open(await rewrite(wanted, stored.batch));
    const results = await session.run({ x: input });
    await session.release();

    expect(toNumbers(results[loss]!)[0]).toBeCloseTo(stored.loss, 6);
    const errors = wrt.map((name) => {
      const error = relativeError(results[gradients.get(name)!]!, stored.gradients[name]!);
      return [name, error] as const;
    });
    expect(Object.keys(stored.gradients)).toHaveLength(13);
    for (const [name, error] of errors)
      expect(error, `relative error of ${name}`).toBeLessThan(1e-5);
  });
});

/** Error of the stored elements as a part of their own norm, and of the norm of all. */
function relativeError(gradient: Tensor, { shape, step, norm, values }: Stored): number {
  expect(gradient.shape).toEqual(shape);
  const got = toNumbers(gradient);
  const length = Math.sqrt(got.reduce((sum, value) => sum + value ** 2, 0));
  const bytes = Buffer.from(values, "base64");
  let difference = 0;
  let square = 0;
  for (let i = 0; i < bytes.length / 4; i++) {
    const expected = bytes.readFloatLE(4 * i);
    difference += (got[i * step]! - expected) ** 2;
    square += expected ** 2;
  }
  return Math.max(Math.sqrt(difference / square), Math.abs(length / norm - 1));
}
