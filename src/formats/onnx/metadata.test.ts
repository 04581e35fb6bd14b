import { describe, expect, it } from "vitest";
import type { GraphNode } from "../../graph/graph.ts";
import { nodeAddresses } from "./addresses.ts";
import { readMetadata, writeMetadata } from "./metadata.ts";

const read = (entries: Record<string, string>) => readMetadata(new Map(Object.entries(entries)));

describe("metadata of ONNX files", () => {
  it("comes back as it was written", () => {
    const known = { labels: ["a, b", "c"], preprocessing: { scale: "-1..1" } };
    expect(readMetadata(writeMetadata(known))).toEqual(known);
  });

  it.each([
    ["a Python table", "{0: 'cat', 1: \"dog's\"}", ["cat", "dog's"]],
    ["a JSON list", '["cat", "dog"]', ["cat", "dog"]],
    ["a JSON table, out of order", '{"1": "dog", "0": "cat"}', ["cat", "dog"]],
    ["lines", "cat\ndog", ["cat", "dog"]],
    ["commas", "cat,dog", ["cat", "dog"]],
  ])("class names: %s", (_, names, labels) => expect(read({ names }).labels).toEqual(labels));

  it.each(["{0: 'cat', 2: 'dog'}", "[1, 2]", "{broken", "alone"])("no class names: %s", (names) =>
    expect(read({ names }).labels).toBeUndefined(),
  );

  it("takes a scaling only where the file gives it away", () => {
    const scaleOf = (entries: Record<string, string>) => read(entries).preprocessing?.scale;
    expect(scaleOf({ "Image.NominalPixelRange": "Normalized_1_1" })).toBe("-1..1");
    expect(
      scaleOf({
        "Image.NominalPixelRange": "NominalRange_0_255",
        "Image.BitmapPixelFormat": "Bgr8",
      }),
    ).toBe("none bgr");
    expect(scaleOf({ mean: "[123.675, 116.28, 103.53]", std: "[58.395, 57.12, 57.375]" })).toBe(
      "imagenet",
    );
    expect(scaleOf({ mean: "[0.5]", std: "[0.5]" })).toBe("-1..1");
    expect(scaleOf({ mean: "[0.4, 0.5, 0.6]", std: "0.2" })).toBe("(x - [102, 127.5, 153]) / 51");
    expect(scaleOf({ mean: "100", std: "50" })).toBe("(x - 100) / 50");
    expect(scaleOf({ mean: "0.5", std: "0" })).toBeUndefined();
  });
});

describe("addresses of nodes", () => {
  const node = (op: string, name: string): GraphNode => ({
    op,
    domain: "",
    name,
    inputs: [],
    outputs: [],
    attributes: {},
  });
  const addresses = (nodes: GraphNode[], taken: string[] = []) => [
    ...nodeAddresses(nodes, new Set(taken)).values(),
  ];

  it("are the nodes' own names where these are unique and say something", () => {
    const nodes = ["/layer1/conv", "12", "", "twice", "twice", "a,b", "x"].map((n) =>
      node("Conv", n),
    );
    expect(addresses(nodes, ["x"])).toEqual([
      "/layer1/conv",
      "Conv_2",
      "Conv_3",
      "Conv_4",
      "Conv_5",
      "Conv_6",
      "Conv_7",
    ]);
  });

  it("never repeat a name that another node has", () => {
    const made = addresses([node("Conv", "Conv_2"), node("Conv", ""), node("Relu", "")]);
    expect(made).toEqual(["Conv_2", "Conv_2_", "Relu_1"]);
  });
});
