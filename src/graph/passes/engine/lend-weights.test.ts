import { expect, it } from "vitest";
import { float32, tensor, toNumbers } from "../../../base/tensor.ts";
import { runtime } from "../../../runtime/node/index.ts";
import { GraphBuilder } from "../../builder.ts";
import { isLarge, lendWeights } from "./lend-weights.ts";

function dense() {
  const b = new GraphBuilder();
  const x = b.input("x", ["N", 200]);
  const data = Float32Array.from({ length: 200 * 100 }, (_, i) => (i % 13) - 6);
  const w = b.initializer("w", float32([200, 100], data));
  const bias = b.initializer("bias", float32([100], new Float32Array(100).fill(0.5)));
  const codes = b.initializer("codes", tensor("uint8", [100_000], new Uint8Array(100_000).fill(3)));
  const y = b.op("Gemm", [x, w, bias], {}, { outputs: ["y"] });
  const sum = b.op("ReduceMax", [b.op("Cast", [codes], { to: 1 })], { keepdims: 0 });
  b.output(b.op("Mul", [y, sum], {}, { outputs: ["z"] }), ["N", 100]);
  return b.graph;
}

it("large weights become inputs, and what they are fed as gives the same numbers", async () => {
  const graph = dense();
  const lent = lendWeights(graph);
  expect(Object.keys(lent.weights)).toEqual(["w"]);
  expect([...lent.graph.initializers.keys()]).toEqual(
    [...graph.initializers.keys()].filter((name) => name !== "w"),
  );
  expect(graph.inputs.map(({ name }) => name)).toEqual(["x"]);
  const x = float32([2, 200], new Float32Array(400).fill(1));
  const results = [];
  for (const [form, feeds] of [
    [graph, { x }],
    [lent.graph, { x, ...lent.weights }],
  ] as const) {
    // prettier-ignore
    const session = await runtime.open(form, { threads: 1 });
    results.push(toNumbers((await session.run(feeds)).z!));
    await session.release();
  }
  expect(results[1]).toEqual(results[0]);
});

it("a network is large from 32 MB of weights on, whatever their types", () => {
  const { graph } = new GraphBuilder();
  expect(isLarge(graph)).toBe(false);
  graph.initializers.set("codes", tensor("uint8", [1 << 24], new Uint8Array(1 << 24)));
  graph.initializers.set("w", float32([(1 << 22) - 1], new Float32Array((1 << 22) - 1)));
  expect(isLarge(graph)).toBe(false);
  graph.initializers.set("bias", float32([1], [0]));
  expect(isLarge(graph)).toBe(true);
});
