import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { float32, toNumbers } from "../base/tensor.ts";
import { float } from "../graph/attributes.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { withOutputs } from "../graph/outputs.ts";
import { runtime } from "../runtime/node/index.ts";
import { addGradient } from "./gradient.ts";

// On corners and between equal maxima, where differences say nothing: TensorFlow's choice
// (fixtures/gradient_ties.py).

interface Case {
  title: string;
  op: string;
  attributes: Record<string, number | number[] | string>;
  inputs: { shape: number[]; values: number[] }[];
  gradients: number[][];
}

const path = new URL("../../fixtures/data/gradient-ties.json", import.meta.url);
const cases = JSON.parse(readFileSync(path, "utf8")) as Case[];

describe("ties and corners go TensorFlow's way", () => {
  it.each(cases)("$op: $title", async ({ op, attributes, inputs, gradients: expected }) => {
    const b = new GraphBuilder();
    const names = inputs.map(({ shape }, i) => b.input(`x${i}`, shape));
    const typed = Object.entries(attributes).map(([name, value]) => [
      name,
      name === "alpha" ? float(value as number) : value,
    ]);
    const y = b.op(op, names, Object.fromEntries(typed));
    const { graph, gradients } = addGradient(b.graph, { of: y, wrt: names });
    const wanted = names.map((name) => gradients.get(name)!);
    const session = await runtime.open(withOutputs(graph, [...new Set(wanted)]));
    const feeds = inputs.map(({ shape, values }, i) => [`x${i}`, float32(shape, values)]);
    const results = await session.run(Object.fromEntries(feeds));
    await session.release();
    for (const [i, name] of wanted.entries()) {
      const got = toNumbers(results[name]!);
      expect(got).toHaveLength(expected[i]!.length);
      for (const [j, value] of expected[i]!.entries()) expect(got[j]).toBeCloseTo(value, 5);
    }
  });
});
