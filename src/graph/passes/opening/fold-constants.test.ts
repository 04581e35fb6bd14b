import { describe, expect, it } from "vitest";
import { float32, int64 } from "../../../base/tensor.ts";
import { inferShapes } from "../../../ops/infer/infer-shapes.ts";
import { runtime } from "../../../runtime/node/index.ts";
import { GraphBuilder } from "../../builder.ts";
import { foldConstants } from "./fold-constants.ts";

/** x flattened behind its first axis, by computed sizes. */
function flattened(batch: number | string) {
  const b = new GraphBuilder();
  const x = b.input("x", [batch, 3, 4]);
  const shape = b.op("Shape", [x]);
  const first = b.op("Gather", [shape, b.i64([0])]);
  const rest = b.op("ReduceProd", [b.op("Slice", [shape, b.i64([1]), b.i64([3])])]);
  const target = b.op("Concat", [first, rest], { axis: 0 }, { outputs: ["target"] });
  b.op("Reshape", [x, target], {}, { outputs: ["y"] });
  b.output("y");
  return b.graph;
}

describe("foldConstants", () => {
  it("makes a computed target a constant, and drops what computed it", () => {
    const graph = flattened(2);
    const folded = foldConstants(graph, inferShapes(graph));
    expect(folded.nodes.map((node) => node.op)).toEqual(["Reshape"]);
    expect([...folded.initializers]).toEqual([["target", int64([2, 12])]]);
  });

  it("keeps what depends on a symbol", () => {
    const graph = flattened("N");
    const folded = foldConstants(graph, inferShapes(graph));
    expect(folded.nodes.map((node) => node.op)).toEqual(["Shape", "Gather", "Concat", "Reshape"]);
  });

  it("changes no number", async () => {
    const graph = flattened(2);
    const x = float32(
      [2, 3, 4],
      Float32Array.from({ length: 24 }, (_, i) => i),
    );
    const results = [];
    for (const form of [graph, foldConstants(graph, inferShapes(graph))]) {
      const session = await runtime.open(form, { optimize: "none", threads: 1 });
      results.push((await session.run({ x }))["y"]);
      await session.release();
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[0]!.shape).toEqual([2, 12]);
  });

  it("leaves outputs, inputs and the given graph as they are", () => {
    const graph = flattened(2);
    graph.outputs.push({ name: "target", type: "int64", shape: [2] });
    const before = graph.nodes.length;
    const folded = foldConstants(graph, inferShapes(graph));
    expect(folded.nodes.map((node) => node.op)).toEqual(["Concat", "Reshape"]);
    expect(folded.inputs.map((value) => value.name)).toEqual(["x"]);
    expect(graph.nodes).toHaveLength(before);
  });
});
