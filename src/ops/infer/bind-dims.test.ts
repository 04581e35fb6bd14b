import { describe, expect, it } from "vitest";
import { float32 } from "../../base/tensor.ts";
import { GraphBuilder } from "../../graph/builder.ts";
import { bindDims, bindInputs } from "./bind-dims.ts";
import { inferShapes } from "./infer-shapes.ts";

function network(batch: number | string) {
  const b = new GraphBuilder();
  b.input("x", [batch, 3, "H", 8]);
  b.initializer("w", float32([4, 3, 3, 3], new Float32Array(108)));
  b.op("Conv", ["x", "w"], {}, { outputs: ["y"] });
  b.output("y", [batch, 4, null, 6]);
  inferShapes(b.graph);
  return b.graph;
}

describe("bindDims", () => {
  it("puts numbers in place of symbols and infers the rest", () => {
    const bound = bindDims(network("N"), { N: 64, H: 10 });
    expect(bound.inputs[0]!.shape).toEqual([64, 3, 10, 8]);
    expect(bound.values.get("y")!.shape).toEqual([64, 4, 8, 6]);
    expect(bound.outputs[0]!.shape).toEqual([64, 4, 8, 6]);
  });

  it("leaves symbols that are not named, and the graph it was given", () => {
    const graph = network("N");
    expect(bindDims(graph, { N: 2 }).inputs[0]!.shape).toEqual([2, 3, "H", 8]);
    expect(graph.inputs[0]!.shape).toEqual(["N", 3, "H", 8]);
    expect(graph.values.get("y")!.shape).toEqual(["N", 4, null, 6]);
  });
});

describe("bindInputs", () => {
  it("replaces a fixed batch of 1, everywhere", () => {
    const bound = bindInputs(network(1), { x: [5, 3, 12, 8] });
    expect(bound.values.get("y")!.shape).toEqual([5, 4, 10, 6]);
    expect(bound.outputs[0]!.shape).toEqual([5, 4, 10, 6]);
  });

  it("says which input is wrong", () => {
    expect(() => bindInputs(network(1), { image: [1] })).toThrow('no input "image"');
    expect(() => bindInputs(network(1), { x: [1, 3] })).toThrow('"x" has 4 axes, got a shape of 2');
  });
});
