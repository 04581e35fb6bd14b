import { describe, expect, it } from "vitest";
import { StriateError } from "../base/errors.ts";
import { float32, int64, tensor, zeros } from "../base/tensor.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { emptyGraph } from "../graph/graph.ts";
import { writeOnnx } from "../graph/protobuf/write.ts";
import type { Device, Runtime } from "./runtime.ts";

/** What every runtime promises, whatever engine is behind it. */
export function runtimeContract(
  runtime: Runtime,
  facts: { device: Device; missing: Device },
): void {
  const threads = 2;

  describe(`the runtime of ${facts.device}`, () => {
    it("runs a graph and names its inputs and outputs", async () => {
      const session = await runtime.open(affine(), { threads });
      expect(session.inputs).toEqual(["x", "w"]);
      expect(session.outputs).toEqual(["y", "positive"]);
      expect(session.device).toBe(facts.device);
      const { y, positive } = await session.run({
        x: float32([1, 2], [1, -2]),
        w: float32([2, 2], [1, 2, 3, 4]),
      });
      expect(y).toEqual(float32([1, 2], [-4.5, -5.5]));
      expect(positive).toEqual(tensor("bool", [1, 2], Uint8Array.of(0, 0)));
      await session.release();
    });

    it("takes the bytes of a file as well as a graph", async () => {
      const session = await runtime.open(writeOnnx(affine()), { threads });
      const { y } = await session.run({
        x: float32([1, 2], [1, 1]),
        w: float32([2, 2], [1, 0, 0, 1]),
      });
      expect(y!.data).toEqual(Float32Array.of(1.5, 1.5));
      await session.release();
    });

    it("lets a stop be heard between runs", async () => {
      const session = await runtime.open(affine(), { threads });
      let isStopped = false;
      setTimeout(() => (isStopped = true), 1);
      const feeds = { x: float32([1, 2], [1, 1]), w: float32([2, 2], [1, 0, 0, 1]) };
      for (let runs = 0; !isStopped && runs < 100_000; runs++) await session.run(feeds);
      expect(isStopped).toBe(true);
      await session.release();
    });

    it("passes integers, bytes and scalars", async () => {
      const b = new GraphBuilder();
      b.input("index", [2], "int64");
      b.input("bytes", [3], "uint8");
      b.output(b.op("Gather", ["bytes", "index"], {}, { outputs: ["picked"] }), [2], "uint8");
      b.output(b.op("ReduceSum", ["index"], { keepdims: 0 }, { outputs: ["sum"] }), [], "int64");
      const session = await runtime.open(b.graph, { threads });
      const { picked, sum } = await session.run({
        index: int64([2, 0]),
        bytes: tensor("uint8", [3], Uint8Array.of(7, 8, 9)),
      });
      expect(picked).toEqual(tensor("uint8", [2], Uint8Array.of(9, 7)));
      expect(sum).toEqual(int64([2], []));
      await session.release();
    });

    it("writes outputs into tensors that are given for them", async () => {
      const session = await runtime.open(affine(), { threads });
      const into = zeros("float32", [1, 2]);
      const feeds = { x: float32([1, 2], [1, 1]), w: float32([2, 2], [1, 2, 3, 4]) };
      const { y, positive } = await session.run(feeds, { y: into });
      expect(into.data).toEqual(Float32Array.of(4.5, 6.5));
      expect(y!.data).toBe(into.data);
      expect(positive!.data).toEqual(Uint8Array.of(1, 1));
      await session.release();
    });

    it("runs loops whose bodies read values of the outer graph", async () => {
      const body = new GraphBuilder(emptyGraph("body"), "body/");
      body.input("sum", [2]);
      body.input("row", [2]);
      const next = body.op("Add", ["sum", body.op("Mul", ["row", "scale"])]);
      body.output(next, [2]);
      body.output(body.op("Identity", [next]), [2]);
      const b = new GraphBuilder();
      b.input("rows", [3, 2]);
      b.input("scale", [1]);
      b.ops(
        "Scan",
        [b.f32([0, 0]), "rows"],
        { num_scan_inputs: 1, body: body.graph },
        { outputs: ["total", "sums"] },
      );
      b.output("total", [2]);
      b.output("sums", [3, 2]);
      const session = await runtime.open(b.graph, { threads });
      const { total, sums } = await session.run({
        rows: float32([3, 2], [1, 2, 3, 4, 5, 6]),
        scale: float32([1], [10]),
      });
      expect(total!.data).toEqual(Float32Array.of(90, 120));
      expect(sums).toEqual(float32([3, 2], [10, 20, 40, 60, 90, 120]));
      await session.release();
    });

    it("lets zeros around a picture win over negative numbers", async () => {
      const b = new GraphBuilder();
      b.input("x", [1, 1, 2, 2]);
      const padded = b.op("Identity", [b.op("Pad", ["x", b.i64([0, 0, 1, 1, 0, 0, 1, 1])])]);
      b.op("MaxPool", [padded], { kernel_shape: [2, 2], strides: [2, 2] }, { outputs: ["y"] });
      b.output("y", [1, 1, 2, 2]);
      const session = await runtime.open(b.graph, { threads });
      const { y } = await session.run({ x: float32([1, 1, 2, 2], [-1, 2, -3, -4]) });
      expect(y).toEqual(float32([1, 1, 2, 2], [0, 2, 0, 0]));
      await session.release();
    });

    it("gives the same numbers without the engine's own rewriting", async () => {
      const feeds = { x: float32([1, 2], [0.5, 3]), w: float32([2, 2], [1, 2, -3, 4]) };
      const results = [];
      for (const optimize of ["all", "none"] as const) {
        const session = await runtime.open(affine(), { threads, optimize });
        results.push(await session.run(feeds));
        await session.release();
      }
      expect(results[1]).toEqual(results[0]);
    });

    it("says which input was not given", async () => {
      const session = await runtime.open(affine(), { threads });
      await expect(session.run({ x: float32([1, 2], [1, 1]) })).rejects.toThrow(
        new StriateError('input "w" was not given'),
      );
      await session.release();
    });

    it("says in one line why the engine refuses a graph or a tensor", async () => {
      const b = new GraphBuilder();
      b.input("x", [1]);
      b.output(b.op("NoSuchOp", ["x"], {}, { outputs: ["y"] }), [1]);
      const refused = await runtime.open(b.graph, { threads }).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(StriateError);
      expect((refused as Error).message).toMatch(/^the engine refused: .*NoSuchOp[^\n]*$/);

      const session = await runtime.open(affine(), { threads });
      const wrong = { x: float32([2, 3], [1, 2, 3, 4, 5, 6]), w: float32([2, 2], [1, 2, 3, 4]) };
      const failed = await session.run(wrong).catch((error: unknown) => error);
      expect(failed).toBeInstanceOf(StriateError);
      expect((failed as Error).message).toMatch(/^the engine refused: [^\n]*$/);
      await session.release();
    });

    it("says when a device is not there", async () => {
      const { missing } = facts;
      await expect(runtime.open(affine(), { device: missing })).rejects.toThrow(
        `device "${missing}" is not here`,
      );
    });

    it("finds a device by itself", async () => {
      const session = await runtime.open(affine(), { device: "auto", threads });
      expect(session.device).toBe(facts.device);
      await session.release();
    });
  });
}

/** y = x w + 0.5, and where y is positive. */
function affine() {
  const b = new GraphBuilder();
  b.input("x", [1, 2]);
  b.input("w", [2, 2]);
  b.op("Gemm", ["x", "w", b.f32([0.5, 0.5])], {}, { outputs: ["y"] });
  b.op("Greater", ["y", b.f32(0)], {}, { outputs: ["positive"] });
  b.output("y", [1, 2]);
  b.output("positive", [1, 2], "bool");
  return b.graph;
}
