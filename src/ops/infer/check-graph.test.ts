import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../../graph/builder.ts";
import type { Graph } from "../../graph/graph.ts";
import { checkGraph } from "./check-graph.ts";

function graph(change: (graph: Graph) => void = () => undefined): Graph {
  const b = new GraphBuilder();
  const x = b.input("x", [2]);
  b.op("Relu", [x], {}, { outputs: ["y"], name: "first" });
  b.op("Softmax", ["y"], { axis: 0 }, { outputs: ["z"], name: "second" });
  b.output("z");
  change(b.graph);
  return b.graph;
}

describe("checkGraph", () => {
  it("accepts a graph that is well formed", () => {
    expect(() => checkGraph(graph())).not.toThrow();
  });

  it.each<[string, (graph: Graph) => void, string]>([
    ["nodes out of order", (g) => g.nodes.reverse(), 'Softmax "second" reads "y"'],
    ["a value that nothing makes", (g) => (g.nodes[0]!.inputs[0] = "q"), 'reads "q"'],
    ["a value made twice", (g) => (g.nodes[1]!.outputs[0] = "y"), 'makes "y" a second time'],
    ["an output that nothing makes", (g) => (g.outputs[0]!.name = "q"), 'output "q"'],
    [
      "an attribute of the wrong kind",
      (g) => (g.nodes[1]!.attributes["axis"] = { kind: "float", value: 0 }),
      'attribute "axis" should be of type int, got float',
    ],
    [
      "an attribute that the op does not have",
      (g) => (g.nodes[0]!.attributes["alpha"] = { kind: "float", value: 0 }),
      'Relu has no attribute "alpha"',
    ],
  ])("refuses %s", (_, change, message) => {
    expect(() => checkGraph(graph(change))).toThrow(message);
  });
});
