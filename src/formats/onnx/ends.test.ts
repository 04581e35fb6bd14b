import { describe, expect, it } from "vitest";
import { smallOnnx } from "../../../test/small-onnx.ts";
import { float32 } from "../../base/tensor.ts";
import type { GraphBuilder } from "../../graph/builder.ts";
import { findHead } from "../../model/head/head.ts";
import { readPrediction } from "../../model/head/prediction.ts";
import { resolveTarget } from "../../model/target/resolve-target.ts";

const names = ["cat", "dog", "owl"];
const ml = (b: GraphBuilder) => b.graph.opsets.set("ai.onnx.ml", 2);
const sequence = { type: "float32", shape: null, opaque: null } as const;

/** Softmax, the number of the class, and the two ends that scikit-learn's converter writes. */
function classifier(b: GraphBuilder, label: (index: string) => string): string {
  ml(b);
  const p = b.op("Softmax", ["z"], { axis: 1 });
  label(b.op("ArgMax", [p], { axis: 1, keepdims: 0 }));
  return p;
}

const encoder = (b: GraphBuilder) => (index: string) =>
  b.op(
    "LabelEncoder",
    [index],
    { keys_int64s: [2, 0, 1], values_strings: ["owl", "cat", "dog"] },
    { domain: "ai.onnx.ml", outputs: ["label"] },
  );

describe("the ends of an ONNX classifier", () => {
  it("of text and maps come out as the numbers that they are made of, with the class names", async () => {
    const network = await smallOnnx({ z: ["N", 3] }, (b) => {
      const p = classifier(b, encoder(b));
      b.output("label", ["N"], "string");
      b.op(
        "ZipMap",
        [p],
        { classlabels_strings: names },
        { domain: "ai.onnx.ml", outputs: ["maps"] },
      );
      b.graph.outputs.push({ name: "maps", ...sequence });
      return [];
    });
    expect(network.outputs.map(({ name }) => name)).toEqual(["maps"]);
    expect(findHead(network)).toMatchObject({ kind: "softmax", classes: 3, labels: names });
  });

  it("have their names in the order of the numbers, not of the table", async () => {
    const network = await smallOnnx({ z: ["N", 3] }, (b) => {
      const p = classifier(b, encoder(b));
      b.output("label", ["N"], "string");
      return [p];
    });
    expect(network.labels).toEqual(names);
    expect(network.outputs).toHaveLength(1);
  });

  it("are found where nothing but the label comes out", async () => {
    const network = await smallOnnx({ z: ["N", 3] }, (b) => {
      classifier(b, (index) => {
        const table = b.constant({ type: "string", shape: [3], data: names });
        const name = b.op("ArrayFeatureExtractor", [table, index], {}, { domain: "ai.onnx.ml" });
        b.output(name, null, "string");
        return name;
      });
      return [];
    });
    expect(findHead(network)).toMatchObject({ kind: "softmax", labels: names });
  });

  it("of a label that is a number keep both, and the probabilities are the head", async () => {
    const network = await smallOnnx({ z: ["N", 3] }, (b) => {
      const p = classifier(b, (index) => {
        b.output(index, null, "int64");
        return index;
      });
      return [p];
    });
    expect(network.outputs).toHaveLength(2);
    expect(findHead(network)).toMatchObject({ kind: "softmax", port: network.outputs[1] });
  });

  it("leave out columns that are only handed through, as ML.NET does", async () => {
    const network = await smallOnnx({ z: ["N", 3], Label: ["N", 1] }, (b) => {
      b.op("Identity", ["Label"], {}, { outputs: ["Label.output"] });
      return ["Label.output", b.op("Softmax", ["z"], { axis: 1 })];
    });
    expect(network.inputs.map(({ name }) => name)).toEqual(["z"]);
    expect(network.outputs).toHaveLength(1);
  });

  it("of a pair [1 - p, p] are one logit", async () => {
    const network = await smallOnnx({ z: ["N", 1] }, (b) => {
      const p = b.op("Sigmoid", ["z"]);
      return [b.op("Concat", [b.op("Sub", [b.f32(1), p]), p], { axis: 1 })];
    });
    expect(findHead(network)).toMatchObject({ single: true, units: 2, classes: 2, logits: "z" });
    expect([...resolveTarget(network, "class:0").terms[0]!.seed([2, 1]).data]).toEqual([-1, -1]);
    const probability = resolveTarget(network, "probability:0");
    expect([...probability.score([float32([1, 2], [0.25, 0.75])])]).toEqual([0.25]);
  });

  it("with as many names as there are not classes are numbered", async () => {
    const network = await smallOnnx({ z: ["N", 4] }, (b) => {
      const p = classifier(b, encoder(b));
      b.output("label", ["N"], "string");
      return [p];
    });
    expect(network.labels).toBeUndefined();
    const scores = readPrediction(network, [float32([1, 4], [0.1, 0.2, 0.6, 0.1])])!.scores;
    expect(scores[0]).toEqual({ label: "class 2", score: expect.closeTo(0.6, 6) });
  });
});
