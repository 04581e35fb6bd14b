import { Session } from "node:inspector/promises";
import { describe, expect, test } from "vitest";
import { readModel } from "../src/formats/read-model.ts";
import { GraphBuilder } from "../src/graph/builder.ts";
import { emptyGraph } from "../src/graph/graph.ts";
import { printGraph } from "../src/graph/print.ts";
import { writeOnnx } from "../src/graph/protobuf/write.ts";
import { formatTree, layerTree } from "../src/model/facts/layer-tree.ts";
import { formatSummary, summarize } from "../src/model/facts/summary.ts";
import { inferShapes } from "../src/ops/infer/infer-shapes.ts";

// A network of twice as many nodes is twice the work to read and to list. The work is counted, not timed: how often
// each block of striate's code runs, and how many elements the searches go through that the engine has built in.

/** What `inspect`, its tree and its graph as text do to a file. */
async function inspect(bytes: Uint8Array): Promise<void> {
  const sibling = () => Promise.reject(new Error("stands alone"));
  const { network } = await readModel({ name: "chain.onnx", bytes, sibling });
  const summary = summarize(network);
  formatSummary(summary, 80);
  formatTree(layerTree(network, summary), 80);
  inferShapes(network.graph);
  printGraph(network.graph);
}

/** Built-in methods that go through a list of any length. */
const searches = [
  "indexOf",
  "lastIndexOf",
  "includes",
  "shift",
  "unshift",
  "splice",
  "slice",
  "concat",
] as const;

/** How many blocks run while something is done, and how many elements are gone through. */
async function workOf(act: () => Promise<void>): Promise<number> {
  const session = new Session();
  session.connect();
  const prototype = Array.prototype as unknown as Record<string, (...args: unknown[]) => unknown>;
  const before = searches.map((name) => [name, prototype[name]!] as const);
  let elements = 0;
  try {
    await session.post("Profiler.enable");
    await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
    for (const [name, method] of before)
      prototype[name] = function (this: unknown[], ...args) {
        elements += this.length;
        return method.apply(this, args);
      };
    await act();
    for (const [name, method] of before) prototype[name] = method;
    const { result } = await session.post("Profiler.takePreciseCoverage");
    for (const { url, functions } of result)
      if (/\/src\//.test(url))
        for (const { ranges } of functions) for (const { count } of ranges) elements += count;
    return elements;
  } finally {
    for (const [name, method] of before) prototype[name] = method;
    await session.post("Profiler.stopPreciseCoverage");
    session.disconnect();
  }
}

/** Nodes in a row. */
function chain(nodes: number): Uint8Array {
  const graph = emptyGraph("chain");
  graph.opsets.set("", 17);
  const b = new GraphBuilder(graph);
  let value = b.input("x", [1, 3, 8, 8]);
  for (let i = 0; i < nodes; i++) value = b.op("Relu", [value], {}, { name: `relu ${i}` });
  b.output(value, [1, 3, 8, 8]);
  return writeOnnx(graph);
}

/** As many nodes that all read the first value, and a sum of them all. */
function fan(nodes: number): Uint8Array {
  const graph = emptyGraph("fan");
  graph.opsets.set("", 17);
  const b = new GraphBuilder(graph);
  const x = b.input("x", [1, 3, 8, 8]);
  const all = Array.from({ length: nodes }, (_, i) => b.op("Relu", [x], {}, { name: `relu ${i}` }));
  b.output(b.op("Sum", all), [1, 3, 8, 8]);
  return writeOnnx(graph);
}

describe("twice the nodes are twice the work", () => {
  test.each([
    ["in a row", chain],
    ["side by side", fan],
  ])("%s", async (_, make) => {
    // Once before, so that what is loaded and made only once is no part of it.
    await inspect(make(10));
    // What the process does besides is counted too, now here, now there: the smallest of three ratios is without it.
    let least = Infinity;
    for (let round = 0; round < 3; round++) {
      const few = await workOf(() => inspect(make(500)));
      const many = await workOf(() => inspect(make(1000)));
      expect(few).toBeGreaterThan(500);
      least = Math.min(least, many / few);
    }
    expect(least).toBeLessThan(2.2);
  });
});
