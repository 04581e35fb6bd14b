import { describe, expect, it } from "vitest";
import { tensor } from "../../base/tensor.ts";
import type { TfNode } from "./graph-def.ts";
import { takeBranches } from "./take-branches.ts";

const node = (name: string, op: string, inputs: string[]): TfNode => ({
  name,
  op,
  inputs,
  attributes: {},
});
const flag = (name: string, value: boolean): TfNode => ({
  ...node(name, "Const", []),
  attributes: { value: { tensor: tensor("bool", [], Uint8Array.of(value ? 1 : 0)) } },
});

describe("branches that a constant decides", () => {
  const graph = (training: TfNode): TfNode[] => [
    training,
    node("photo", "Placeholder", []),
    node("pred", "Identity", ["training"]),
    node("switch", "Switch", ["photo", "pred"]),
    node("yes", "Dropout", ["switch:1"]),
    // Dead by what it waits for, not by what it reads.
    node("yesToo", "Const", ["^yes"]),
    node("sum", "Add", ["yes", "yesToo"]),
    node("no", "Relu", ["switch"]),
    node("merge", "Merge", ["no", "sum"]),
    node("end", "Relu", ["merge"]),
  ];
  const inputsOf = (nodes: TfNode[], name: string) => {
    const found = nodes.find((each) => each.name === name)!;
    return [found.op, ...found.inputs];
  };

  it.each([
    [false, "no"],
    [true, "sum"],
  ])("training = %s takes %s", (value, taken) => {
    const nodes = takeBranches(graph(flag("training", value)));
    expect(inputsOf(nodes, "merge")).toEqual(["Identity", taken]);
    expect(inputsOf(nodes, "switch")).toEqual(["IdentityN", "photo", "photo"]);
  });

  it("stay where the photo decides", () => {
    const nodes = graph(node("training", "Placeholder", []));
    expect(takeBranches(nodes)).toEqual(nodes);
  });
});
