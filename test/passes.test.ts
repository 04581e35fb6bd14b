import { beforeAll, describe, expect, it } from "vitest";
import { type Tensor, toNumbers } from "../src/base/tensor.ts";
import type { Graph } from "../src/graph/graph.ts";
import { cutAtExchanges } from "../src/train/rows/exchange.ts";
import { microBatch } from "../src/train/rows/micro-batch.ts";
import { nchwc } from "../src/graph/passes/nchwc/nchwc.ts";
import { shardBatch } from "../src/train/rows/shard-batch.ts";
import { type GraphPass, stepPasses } from "../src/graph/passes/step/step-passes.ts";
import { subgraphs } from "../src/graph/traverse.ts";
import { inferShapes } from "../src/ops/infer/infer-shapes.ts";
import { runtime } from "../src/runtime/node/index.ts";
import { nchwcBlock } from "../src/runtime/node/nchwc-block.ts";
import { type StepNetwork, stepNetworks } from "./step-networks.ts";

// Every pass on every network: what comes out is what the plain graph gives.

const TOLERANCE = 1e-5;

async function run(graph: Graph, feeds: Record<string, Tensor>): Promise<number[][]> {
  const session = await runtime.open(graph, { threads: 1 });
  const results = await session.run(feeds);
  await session.release();
  return graph.outputs.map(({ name }) => toNumbers(results[name]!));
}

/** The largest error of an output, as a part of its norm. */
function worstError(got: readonly number[][], want: readonly number[][]): number {
  return Math.max(
    ...want.map((values, i) => {
      if (got[i]!.length !== values.length) return Infinity;
      const difference = Math.hypot(...values.map((value, k) => value - got[i]![k]!));
      return difference / (Math.hypot(...values) || 1);
    }),
  );
}

function applied(graph: Graph, passes: readonly GraphPass[]): Graph {
  return passes.reduce((before, pass) => {
    const after = pass(before);
    if (after !== before) inferShapes(after);
    return after;
  }, graph);
}

const all = Object.values(stepPasses);

/** The passes before one, and itself: some only apply to what others wrote. */
function upTo(name: string): GraphPass[] {
  const names = Object.keys(stepPasses);
  return all.slice(0, names.indexOf(name) + 1);
}

function countOps(graph: Graph, op: string, domain = ""): number {
  return graph.nodes.reduce(
    (count, node) =>
      count +
      (node.op === op && node.domain === domain ? 1 : 0) +
      subgraphs(node).reduce((sum, body) => sum + countOps(body, op, domain), 0),
    0,
  );
}

describe.each(Object.entries(stepNetworks))("the step of a network with %s", (_, make) => {
  let network: StepNetwork;
  let plain: number[][];

  beforeAll(async () => {
    network = make();
    plain = await run(network.graph, network.feeds);
    // A gradient of zeros would agree with anything.
    for (const values of plain) expect(Math.hypot(...values)).toBeGreaterThan(0);
  });

  const expectSame = async (graph: Graph) =>
    expect(worstError(await run(graph, network.feeds), plain)).toBeLessThan(TOLERANCE);

  it.each(Object.entries(stepPasses))("is the same after %s alone", async (_name, pass) => {
    const graph = applied(network.graph, [pass]);
    if (graph !== network.graph) await expectSame(graph);
  });

  it("is the same after each pass in turn", async () => {
    let graph = network.graph;
    for (const pass of all) {
      const next = applied(graph, [pass]);
      if (next !== graph) await expectSame(next);
      graph = next;
    }
  });

  it.each([1, 2, 3])(
    "is the same in parts of %i rows, plain and after all passes",
    async (size) => {
      const { rows, inputs } = network;
      for (const graph of [network.graph, applied(network.graph, all)]) {
        const parts = microBatch(graph, { rows, inputs, size });
        if (size === 1) expect(countOps(parts, "Scan")).toBeGreaterThan(0);
        if (parts !== graph) await expectSame(parts);
      }
    },
  );

  it("is the same in the blocked layout, whole and in parts", async () => {
    const block = await nchwcBlock(runtime);
    if (block === 0) return;
    const { rows, inputs } = network;
    for (const graph of [network.graph, applied(network.graph, all)])
      for (const size of [1, 2, rows]) {
        const blocked = nchwc(microBatch(graph, { rows, inputs, size }), block);
        expect(countOps(blocked, "Conv", "com.microsoft.nchwc")).toBeGreaterThan(0);
        await expectSame(blocked);
      }
  });

  it("is one that the engine takes when it is cut for two workers", async () => {
    const block = await nchwcBlock(runtime);
    const { rows, inputs } = network;
    const graph = applied(network.graph, all);
    const size = Math.ceil(rows / 2);
    const shard = shardBatch(graph, {
      rows,
      inputs,
      size,
      isFirst: true,
      added: graph.outputs.map(({ name }) => name),
    });
    if (shard === undefined) return;
    const parts = microBatch(shard, { rows: size, inputs, size: 1 });
    for (const round of cutAtExchanges(block === 0 ? parts : nchwc(parts, block)))
      await (await runtime.open(round.graph, { threads: 1 })).release();
  });
});

describe("each pass", () => {
  const chain = stepNetworks["convolutions and pools, odd maps"]!().graph;
  const wide = stepNetworks["bytes as input, padding, wide layers"]!().graph;
  const strided = stepNetworks["strides, dilation, other activations"]!().graph;
  const normalised = stepNetworks["a batch that is normalised"]!().graph;
  const depthwise = stepNetworks["depthwise and pointwise convolutions"]!().graph;

  it.each(Object.keys(stepPasses))("%s changes a graph that it is made for", (name) => {
    const before = upTo(name).slice(0, -1);
    const touched = [chain, wide, strided, depthwise, normalised].some((graph) => {
      const given = applied(graph, before);
      return stepPasses[name]!(given) !== given;
    });
    expect(touched).toBe(true);
  });

  it.each(Object.entries(stepPasses))("%s leaves a graph without such nodes alone", (_, pass) => {
    const dense = stepNetworks["no dense layer behind the pictures"]!().graph;
    const bare = { ...dense, nodes: dense.nodes.filter((node) => node.op === "Mul") };
    expect(pass(bare)).toBe(bare);
  });

  it("does away with what is slow", () => {
    // The indices of MaxPool, kernels as large as a picture, transposed convolutions.
    for (const graph of [chain, wide]) {
      const fast = applied(graph, all);
      expect(fast.nodes.some((node) => node.op === "MaxPool" && node.outputs.length > 1)).toBe(
        false,
      );
      expect(countOps(graph, "ConvTranspose")).toBe(2);
      expect(countOps(fast, "ConvTranspose")).toBe(0);
      const kernels = fast.nodes
        .filter((node) => node.op === "Conv")
        .map((node) => (node.attributes.kernel_shape?.value as number[])[0]!);
      expect(Math.max(...kernels)).toBeLessThanOrEqual(4);
    }
  });

  it("runs pictures in two loops, forward and backward", () => {
    const fast = applied(chain, all);
    const parts = microBatch(fast, { rows: 4, inputs: ["x", "y", "row_weight", "mask"], size: 1 });
    expect(parts.nodes.filter((node) => node.op === "Scan")).toHaveLength(2);
    expect(parts.nodes.some((node) => node.op === "Conv")).toBe(false);
  });

  it("runs pictures in loops between the meetings of workers, forward and backward", () => {
    const options = { rows: 4, inputs: ["x", "y", "row_weight", "mask"] };
    const shard = shardBatch(applied(normalised, all), {
      ...options,
      size: 2,
      isFirst: true,
      added: normalised.outputs.map(({ name }) => name),
    })!;
    const rounds = cutAtExchanges(microBatch(shard, { ...options, rows: 2, size: 1 }));
    const nodes = rounds.flatMap(({ graph }) => graph.nodes);
    // Two layers; the gradient of the first one needs no picture behind its weights.
    expect(nodes.filter((node) => node.op === "Scan")).toHaveLength(4);
    expect(nodes.some((node) => node.op === "Conv")).toBe(false);
  });
});

describe("the comparison", () => {
  it("notices a rewriting that is wrong", async () => {
    const { graph, feeds } = stepNetworks["convolutions and pools, odd maps"]!();
    const plain = await run(graph, feeds);
    const wrong = applied(graph, [stepPasses.maxPoolGradient!]);
    // The first column wins only where the first row does: of equal elements not the first one.
    const and = wrong.nodes.find((node) => node.op === "Or")!;
    and.op = "And";
    expect(worstError(await run(wrong, feeds), plain)).toBeGreaterThan(TOLERANCE);
  });
});
