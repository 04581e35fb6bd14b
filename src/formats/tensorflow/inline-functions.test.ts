import { describe, expect, it } from "vitest";
import type { TfFunction, TfNode } from "./graph-def.ts";
import { inlineTfFunctions } from "./inline-functions.ts";

const node = (name: string, op: string, inputs: string[]): TfNode => ({
  name,
  op,
  inputs,
  attributes: {},
});
const call = (name: string, func: string, inputs: string[]): TfNode => ({
  ...node(name, "StatefulPartitionedCall", inputs),
  attributes: { f: { func } },
});
/** A function of one argument that calls another as often as said, one after the other. */
const chain = (name: string, called: string, times: number): TfFunction => ({
  name,
  inputs: ["x"],
  outputs: [`call${times - 1}:output:0`],
  nodes: Array.from({ length: times }, (_, i) =>
    call(`call${i}`, called, [i === 0 ? "x" : `call${i - 1}:output:0`]),
  ),
});

describe("functions of a TensorFlow graph", () => {
  const double: TfFunction = {
    name: "double",
    inputs: ["x", "unused"],
    outputs: ["top:values:0", "x", "top:indices:0"],
    nodes: [node("sum", "AddV2", ["x", "x"]), node("top", "TopKV2", ["sum:z:0", "unused", "^sum"])],
  };

  it("are written out in place, each output by its name", () => {
    const nodes = [
      node("photo", "Placeholder", []),
      call("base/StatefulPartitionedCall", "double", ["photo:1", "k"]),
      call("mine", "double", ["base/StatefulPartitionedCall:2", "k", "^photo"]),
      node("k", "Const", []),
    ];
    expect(
      inlineTfFunctions(nodes, [double]).map(({ op, name, inputs }) => [op, name, inputs]),
    ).toEqual([
      ["Placeholder", "photo", []],
      ["AddV2", "base/sum", ["photo:1", "photo:1"]],
      ["TopKV2", "base/top", ["base/sum", "k"]],
      ["IdentityN", "base/StatefulPartitionedCall", ["base/top", "photo:1", "base/top:1"]],
      ["AddV2", "mine/sum", ["base/StatefulPartitionedCall:2", "base/StatefulPartitionedCall:2"]],
      ["TopKV2", "mine/top", ["mine/sum", "k"]],
      ["IdentityN", "mine", ["mine/top", "base/StatefulPartitionedCall:2", "mine/top:1"]],
      ["Const", "k", []],
    ]);
  });

  it("that are called twice get a name for each call", () => {
    const body: TfFunction = {
      name: "f",
      inputs: ["x"],
      outputs: ["relu:activations:0"],
      nodes: [node("relu", "Relu", ["x"])],
    };
    const nodes = ["PartitionedCall", "PartitionedCall_1"].map((name) =>
      call(name, "f", ["photo"]),
    );
    const names = inlineTfFunctions(nodes, [body]).map(({ name }) => name);
    expect(names).toEqual(["relu", "PartitionedCall", "relu_1", "PartitionedCall_1"]);
  });

  it("called by the op's name, as before TensorFlow 2, are found", () => {
    const nodes = inlineTfFunctions([node("a", "double", ["photo", "k"])], [double]);
    expect(nodes.map(({ op }) => op)).toEqual(["AddV2", "TopKV2", "IdentityN"]);
  });

  const refuse = (functions: TfFunction[], called = "f0") =>
    expect(() => inlineTfFunctions([call("main", called, ["photo"])], functions));

  it("that call themselves are refused", () => {
    refuse([chain("f0", "f1", 1), chain("f1", "f0", 1)]).toThrow(
      'StatefulPartitionedCall "main/call0/call0": the function calls itself',
    );
  });

  it("that double with every level are refused", () => {
    const functions = Array.from({ length: 60 }, (_, i) => chain(`f${i}`, `f${i + 1}`, 2));
    functions.push({ name: "f60", inputs: ["x"], outputs: ["x"], nodes: [] });
    refuse(functions).toThrow("its functions write out to more than 200000 nodes");
  });

  it("that give very much, again and again or in many branches, are refused", () => {
    const wide = (count: number): TfFunction => ({
      name: "wide",
      inputs: ["x"],
      outputs: new Array<string>(count).fill("x"),
      nodes: [],
    });
    const calls = Array.from({ length: 300 }, (_, i) => call(`call${i}`, "wide", ["photo"]));
    const choice = {
      ...node("choice", "Case", ["number", "photo"]),
      attributes: { branches: { list: { func: new Array<string>(60).fill("wide") } } },
    };
    expect(inlineTfFunctions(calls, [wide(10)])).toHaveLength(300);
    for (const nodes of [calls, [choice]])
      expect(() => inlineTfFunctions(nodes, [wide(4000)])).toThrow(
        "its functions write out to more than 200000 nodes",
      );
  });

  it("that go down without end are refused", () => {
    const functions = Array.from({ length: 5000 }, (_, i) => chain(`f${i}`, `f${i + 1}`, 1));
    refuse(functions).toThrow("its functions call one another over 100 levels");
  });

  it.each([
    [
      "that are missing",
      "nowhere",
      [],
      /calls the function "nowhere", which the file does not have/,
    ],
    ["of other inputs", "double", [double], /its function takes 2 inputs, got 1/],
    [
      "that read what is not there",
      "f",
      [{ name: "f", inputs: ["x"], outputs: ["gone:y:0"], nodes: [] }],
      /the function "f" reads "gone:y:0", which is not there/,
    ],
  ])("%s are refused", (_, called, functions, words) => {
    refuse(functions, called).toThrow(words);
  });
});
