import { expect, it } from "vitest";
import { tensor } from "../../../base/tensor.ts";
import type { TfNode } from "../graph-def.ts";
import { decideSelects } from "./decide-selects.ts";

const node = (name: string, op: string, inputs: string[]): TfNode => ({
  ...{ name, op, inputs },
  attributes: {},
});
const constant = (name: string, value: number): TfNode => ({
  ...node(name, "Const", []),
  attributes: { value: { tensor: tensor("float32", [], Float32Array.of(value)) } },
});
const decided = (taken: string, other: string) =>
  decideSelects(
    [
      ...[constant("no", 0), constant("rate", 0.5), constant("none", 0)],
      ...[node("photo", "Placeholder", []), node("noise", "RandomUniform", ["photo"])],
      node("plain", "Relu", ["photo"]),
      node("select", "SelectV2", ["no", other, taken]),
    ],
    ["select"],
  );

it("the branch that a constant decides for is passed on, and what only the other one reads is gone", () => {
  const nodes = decided("plain", "noise");
  expect(nodes.find(({ name }) => name === "select")).toMatchObject({
    op: "Identity",
    inputs: ["plain"],
  });
  expect(nodes.map(({ name }) => name)).not.toContain("noise");
  expect(decided("none", "rate").at(-1)).toMatchObject({ op: "Identity", inputs: ["none"] });
});

it("a single number that is taken still becomes as large as the other branch", () => {
  expect(decided("none", "plain").at(-1)).toMatchObject({
    op: "SelectV2",
    inputs: ["no", "plain", "none"],
  });
});
