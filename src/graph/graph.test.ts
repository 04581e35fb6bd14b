import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { float32, int64, tensor, toNumbers } from "../base/tensor.ts";
import { float } from "./attributes.ts";
import { GraphBuilder } from "./builder.ts";
import { emptyGraph } from "./graph.ts";
import { withGiven, withOutputs } from "./outputs.ts";
import { ModelProtoSchema } from "../../test/onnx_pb.ts";
import { readOnnx } from "./protobuf/read.ts";
import { writeOnnx, writeOnnxParts } from "./protobuf/write.ts";
import { consumers, nodesFor, sortNodes } from "./traverse.ts";

function sample() {
  const b = new GraphBuilder(emptyGraph("sample"));
  const x = b.input("x", ["N", 3]);
  const doubled = b.op("Mul", [x, b.f32(2)]);
  const leaky = b.op("LeakyRelu", [doubled], { alpha: float(1) }, { outputs: ["leaky"] });
  const other = b.op("Neg", [x], {}, { outputs: ["other"] });
  b.output(leaky, ["N", 3]);
  b.output(other, ["N", 3]);
  return b.graph;
}

describe("the builder", () => {
  it("never gives a name twice and keeps equal constants once", () => {
    const b = new GraphBuilder();
    b.input("relu", [1]);
    expect(b.op("Relu", ["relu"])).toBe("relu_1");
    expect(b.f32(1)).toBe(b.f32(1));
    expect(b.f32(1)).not.toBe(b.i64(1));
    expect(b.f32(0)).not.toBe(b.f32(-0));
  });

  it("asks for float() where a number has a fraction", () => {
    const b = new GraphBuilder();
    expect(() => b.op("Elu", ["x"], { alpha: 0.5 })).toThrow("float()");
  });
});

describe("a graph with inner values for inputs", () => {
  it("computes only what is not given", () => {
    const graph = sample();
    const given = { name: "leaky", type: "float32", shape: ["N", 3] } as const;
    const rest = withOutputs(withGiven(graph, [given]), ["leaky", "other"]);
    expect(rest.nodes.map(({ op }) => op)).toEqual(["Neg", "Identity"]);
    expect(rest.inputs.map(({ name }) => name)).toEqual(["x", "leaky"]);
    expect(graph.nodes).toHaveLength(3);
  });

  it("leaves values that are no node's own: inputs, and one of several outputs", () => {
    const b = new GraphBuilder(emptyGraph("split"));
    b.op("Split", [b.input("x", [2])], { num_outputs: 2 }, { outputs: ["a", "b"] });
    b.output("b", [1]);
    const given = ["x", "a"].map((name) => ({ name, type: "float32", shape: null }) as const);
    expect(withGiven(b.graph, given)).toEqual(b.graph);
  });
});

describe("protobuf", () => {
  it("a graph survives writing and reading", () => {
    const b = new GraphBuilder(sample());
    b.initializer("weights", float32([2], [1.5, -2]));
    b.initializer("flags", tensor("bool", [2], Uint8Array.of(1, 0)));
    b.initializer("words", tensor("string", [1], ["猫"]));
    b.initializer("big", int64([2 ** 40]));
    b.graph.metadata.set("classes", "cat,dog");
    b.graph.opsets.set("com.microsoft", 1);
    const back = readOnnx(writeOnnx(b.graph));
    expect(back.inputs).toEqual(b.graph.inputs);
    expect(back.nodes).toEqual(b.graph.nodes);
    expect(back.opsets).toEqual(b.graph.opsets);
    expect(back.metadata).toEqual(b.graph.metadata);
    for (const [name, value] of b.graph.initializers)
      expect(back.initializers.get(name), name).toEqual(value);
    expect(toNumbers(back.initializers.get("big")!)).toEqual([2 ** 40]);
  });

  it("a length that no axis can have is not known, and the graph can be written again", () => {
    const graph = sample();
    const lying = fromBinary(ModelProtoSchema, writeOnnx(graph));
    const type = lying.graph!.input[0]!.type!.value;
    if (type.case !== "tensorType") throw new Error("the input is no tensor");
    type.value.shape!.dim[1]!.value = { case: "dimValue", value: 2n ** 63n - 1n };
    const back = readOnnx(toBinary(ModelProtoSchema, lying));
    expect(back.inputs[0]!.shape).toEqual(["N", null]);
    expect(readOnnx(writeOnnx(back)).inputs).toEqual(back.inputs);
  });

  it("says what is wrong with bytes that are no model", () => {
    expect(() => readOnnx(new TextEncoder().encode("<html>"))).toThrow("ONNX");
    expect(() => readOnnx(new Uint8Array())).toThrow("no graph");
  });
});

describe("chosen outputs", () => {
  it("leave only what they need", () => {
    const graph = withOutputs(sample(), ["mul"]);
    expect(graph.nodes.map((node) => node.op)).toEqual(["Mul"]);
    expect(graph.outputs.map((value) => value.name)).toEqual(["mul"]);
  });

  it("may be an input, which then passes through a node", () => {
    const graph = withOutputs(sample(), ["x"]);
    expect(graph.nodes.map((node) => node.op)).toEqual(["Identity"]);
  });

  it("a wrong value gets the nearest", () => {
    expect(() => withOutputs(sample(), ["leeky"])).toThrow("nearest: leaky");
  });
});

describe("walks", () => {
  it("order nodes after what they read and find a cycle", () => {
    const graph = sample();
    const reversed = [...graph.nodes].reverse();
    const order = sortNodes(reversed).map((node) => node.outputs[0]);
    expect(order.indexOf("mul")).toBeLessThan(order.indexOf("leaky"));
    graph.nodes[0]!.inputs[0] = "leaky";
    expect(() => sortNodes(graph.nodes)).toThrow("cycle");
  });

  it("survive a graph deeper than the call stack", () => {
    const b = new GraphBuilder();
    let value = b.input("x", [1]);
    for (let i = 0; i < 50_000; i++) value = b.op("Relu", [value], {}, { outputs: [`v${i}`] });
    expect(sortNodes([...b.graph.nodes].reverse())).toHaveLength(50_000);
    expect(nodesFor(b.graph, [value])).toHaveLength(50_000);
  });

  it("see what a subgraph reads from outside", () => {
    const outer = new GraphBuilder();
    const x = outer.input("x", [1]);
    const body = new GraphBuilder(emptyGraph("body"), "body_");
    body.output(body.op("Neg", [x]));
    outer.op("If", ["condition"], { then_branch: body.graph, else_branch: body.graph });
    expect(
      consumers(outer.graph)
        .get("x")
        ?.map((node) => node.op),
    ).toEqual(["If"]);
  });
});

describe("a model in parts", () => {
  it("leaves large weights beside it, as views of the same memory", () => {
    const b = new GraphBuilder(sample());
    const large = float32([20000], new Float32Array(20000).fill(1.5));
    b.initializer("large", large);
    b.initializer("small", float32([2], [1, 2]));
    const { model, weights } = writeOnnxParts(b.graph);
    expect(model.length).toBeLessThan(2000);
    expect(weights.map(({ data }) => data.buffer)).toEqual([large.data.buffer]);
    const back = readOnnx(model, {
      external: ({ location }) => weights.find(({ path }) => path === location)!.data,
    });
    expect(back.initializers.get("large")).toEqual(large);
    expect(toNumbers(back.initializers.get("small")!)).toEqual([1, 2]);
  });
});
