import { create, toBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { emptyGraph } from "../../graph/graph.ts";
import {
  AttributeProtoSchema,
  AttributeProto_AttributeType as Kind,
  FunctionProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  type GraphProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TensorProtoSchema,
} from "../../../test/onnx_pb.ts";
import { writeOnnx } from "../../graph/protobuf/write.ts";
import type { ModelSource } from "../format.ts";
import { onnx } from "../onnx.ts";
import { leadsOut } from "./external-data.ts";
import { looksLikeOnnx } from "./match.ts";

const source = (bytes: Uint8Array): ModelSource => ({
  name: "stranger.onnx",
  bytes,
  sibling: () => Promise.reject(new Error("nothing beside it")),
});

const model = (graph: GraphProto, functions: { calls: string; name: string }[] = []): Uint8Array =>
  toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: ["", "local"].map((domain) =>
        create(OperatorSetIdProtoSchema, { domain, version: domain === "" ? 17n : 1n }),
      ),
      graph,
      functions: functions.map(({ name, calls }) =>
        create(FunctionProtoSchema, {
          name,
          domain: "local",
          input: ["a"],
          output: ["d"],
          node: [
            create(NodeProtoSchema, {
              opType: calls,
              domain: "local",
              input: ["a"],
              output: ["c"],
            }),
            create(NodeProtoSchema, {
              opType: calls,
              domain: "local",
              input: ["c"],
              output: ["d"],
            }),
          ],
        }),
      ),
    }),
  );

const calling = (opType: string): GraphProto =>
  create(GraphProtoSchema, {
    name: "g",
    input: [{ name: "x" }],
    output: [{ name: "y" }],
    node: [create(NodeProtoSchema, { opType, domain: "local", input: ["x"], output: ["y"] })],
  });

describe("ONNX files that are refused in words", () => {
  it("graphs that lie too deep in one another", async () => {
    let graph = create(GraphProtoSchema, { name: "inner" });
    for (let i = 0; i < 60; i++)
      graph = create(GraphProtoSchema, {
        node: [
          create(NodeProtoSchema, {
            opType: "If",
            attribute: [create(AttributeProtoSchema, { name: "b", type: Kind.GRAPH, g: graph })],
          }),
        ],
      });
    await expect(onnx.read(source(model(graph)))).rejects.toThrow(
      /^stranger.onnx: .*more than 100 deep/,
    );
  });

  it("a function that calls itself", async () => {
    const bytes = model(calling("Loop"), [{ name: "Loop", calls: "Loop" }]);
    await expect(onnx.read(source(bytes))).rejects.toThrow(/^stranger.onnx: .*calls itself/);
  });

  it("functions that double with every level", async () => {
    const levels = Array.from({ length: 40 }, (_, i) => ({ name: `F${i}`, calls: `F${i + 1}` }));
    const bytes = model(calling("F0"), levels);
    await expect(onnx.read(source(bytes))).rejects.toThrow(/more than 200000 nodes/);
  });

  it("a constant whose shape asks for more than the file has", async () => {
    const graph = create(GraphProtoSchema, {
      initializer: [
        create(TensorProtoSchema, { name: "w", dims: [1_000_000n, 1_000_000n], dataType: 1 }),
      ],
    });
    await expect(onnx.read(source(model(graph)))).rejects.toThrow(
      /^stranger.onnx: .*needs 1000000000000 elements, the file has 0/,
    );
  });

  it("a file that is cut off, or holds no graph", async () => {
    const whole = writeOnnx({ ...emptyGraph("g"), metadata: new Map([["a", "b".repeat(100)]]) });
    await expect(onnx.read(source(whole.subarray(0, -20)))).rejects.toThrow(/cut off or damaged/);
    await expect(onnx.read(source(new Uint8Array()))).rejects.toThrow(/holds no graph/);
  });
});

describe("paths of external data", () => {
  it.each([
    "../x",
    "a/../../x",
    "/etc/passwd",
    "C:\\x",
    "\\\\host\\x",
    "..\\x",
    "file:///x",
    "a\0b",
  ])("%j leads out of the folder", (path) => expect(leadsOut(path)).toBe(true));

  it.each(["x.bin", "weights/x.bin", "./x", "a..b", "..."])("%j stays inside", (path) =>
    expect(leadsOut(path)).toBe(false),
  );
});

describe("what looks like ONNX", () => {
  it("is told by its outermost fields, cut off or not", () => {
    const bytes = writeOnnx(emptyGraph("g"));
    expect(looksLikeOnnx(bytes)).toBe(true);
    expect(looksLikeOnnx(bytes.subarray(0, -1))).toBe(true);
  });

  it.each([
    ["nothing", []],
    ["a web page", [..."\n<!DOCTYPE html>"].map((c) => c.charCodeAt(0))],
    ["HDF5", [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]],
    ["a zip", [0x50, 0x4b, 3, 4]],
    ["JSON", [..."{}"].map((c) => c.charCodeAt(0))],
    ["a SavedModel", [0x08, 0x01, 0x12, 0xff, 0xff, 0x03, 0x0a]],
  ])("is not %s", (_, bytes) => expect(looksLikeOnnx(Uint8Array.from(bytes))).toBe(false));
});
