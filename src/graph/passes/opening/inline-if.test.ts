import { describe, expect, it } from "vitest";
import { float32, toNumbers } from "../../../base/tensor.ts";
import { checkGraph } from "../../../ops/infer/check-graph.ts";
import { inferShapes } from "../../../ops/infer/infer-shapes.ts";
import { runtime } from "../../../runtime/node/index.ts";
import { GraphBuilder } from "../../builder.ts";
import { emptyGraph, type Graph } from "../../graph.ts";
import { inlineIf } from "./inline-if.ts";

const body = (prefix: string) =>
  new GraphBuilder({ ...emptyGraph("branch"), opsets: new Map() }, prefix);

/** Twice an If as exporters write it: squeeze axis 1 if its length is 1, else pass on. */
function guarded(length: number | string): Graph {
  const b = new GraphBuilder();
  b.input("x", [2, length, 3]);
  const size = b.op("Gather", [b.op("Shape", ["x"]), b.i64(1)]);
  const isOne = b.op("Equal", [size, b.i64(1)]);
  for (const y of ["y", "z"]) {
    // Both nodes use the same inner names, as two branches of one exporter do.
    const squeeze = body("");
    const axes = squeeze.i64([1]);
    squeeze.output(squeeze.op("Neg", [squeeze.op("Squeeze", ["x", axes])], {}, { outputs: ["r"] }));
    const pass = body("");
    const [deeper, other] = [body("deep/"), body("deep2/")];
    pass.op("Abs", ["x"], {}, { outputs: ["inner"] });
    deeper.output(deeper.op("Neg", ["inner"]));
    other.output(other.op("Exp", ["inner"]));
    const branches = { then_branch: deeper.graph, else_branch: other.graph };
    pass.output(pass.op("If", ["flag"], branches, { outputs: ["r"] }));
    b.op("If", [isOne], { then_branch: squeeze.graph, else_branch: pass.graph }, { outputs: [y] });
    b.output(y);
  }
  b.input("flag", [], "bool");
  return b.graph;
}

async function run(graph: Graph, shape: number[]) {
  const size = shape.reduce((a, b) => a * b, 1);
  const session = await runtime.open(graph, { optimize: "none", threads: 1 });
  const feeds = {
    x: float32(
      shape,
      Float32Array.from({ length: size }, (_, i) => i - 2.5),
    ),
    flag: { type: "bool", shape: [], data: Uint8Array.of(1) } as const,
  };
  const used = Object.fromEntries(
    Object.entries(feeds).filter(([name]) => session.inputs.includes(name)),
  );
  const results = await session.run(used);
  await session.release();
  return Object.values(results).map((value) => [value.shape, toNumbers(value)]);
}

describe("inlineIf", () => {
  it.each([1, 2])("writes the branch that runs, with axis 1 of length %d", async (length) => {
    const graph = guarded(length);
    const inlined = inlineIf(graph, inferShapes(graph));
    checkGraph(inlined);
    expect(inlined.nodes.some((node) => node.op === "Squeeze")).toBe(length === 1);
    expect(inlined.nodes.filter((node) => node.op === "If")).toHaveLength(length === 1 ? 0 : 2);
    // With the length in the graph the engine itself refuses the branch that cannot run.
    expect(await run(inlined, [2, length, 3])).toEqual(await run(guarded("L"), [2, length, 3]));
  });

  it("leaves an If whose condition depends on a symbol", () => {
    const graph = guarded("L");
    const inlined = inlineIf(graph, inferShapes(graph));
    expect(inlined.nodes.map((node) => node.op)).toEqual(graph.nodes.map((node) => node.op));
  });
});
