import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { gradCamView } from "../../../test/view-graphs.ts";
import { sizeOf } from "../../base/shape.ts";
import { type Tensor, float32, toNumbers } from "../../base/tensor.ts";
import { GraphBuilder } from "../../graph/builder.ts";
import { freeBatch } from "../../graph/free-batch.ts";
import { RunningNetwork } from "../../model/running.ts";
import { runtime } from "../../runtime/node/index.ts";
import { onnx } from "../onnx.ts";
import { exportView } from "./export-view.ts";

interface Expected {
  shape: number[];
  "grad-cam": number[];
  classes: number[];
}

const data = new URL("../../../fixtures/data/view-graphs/", import.meta.url);
/** The fixture's photos, `7919 i mod 2003 / 2003`. */
function photos(rows: number): Tensor {
  const shape = [rows, 16, 16, 3];
  return float32(
    shape,
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => ((i * 7919) % 2003) / 2003),
  );
}

describe("a network with a view's graph as one ONNX file", () => {
  const { network, view } = gradCamView();
  const bytes = exportView(network, view);

  it("is one of standard ops, with the batch free, and says how a photo is prepared", async () => {
    const opened = (await onnx.read({ name: "view.onnx", bytes, sibling: none })).network;
    expect([...opened.graph.opsets.keys()]).toEqual([""]);
    expect(opened.inputs.map(({ name, shape }) => [name, shape])).toEqual([
      ["photo", ["N", 16, 16, 3]],
    ]);
    expect(opened.outputs.map(({ name, shape }) => [name, shape])).toEqual([
      ["classes", ["N", 3]],
      ["grad-cam", ["N", 16, 16]],
    ]);
    expect(opened.labels).toEqual(["ant", "bee", "cow"]);
    expect(opened.preprocessing).toEqual({ size: [16, 16], resize: "bilinear", scale: "1/255" });
    expect(JSON.parse(opened.graph.metadata.get("striate.view")!)).toEqual(view.notes);
  });

  it.each([1, 2, 5])("gives %i photos what the view gives them", async (rows) => {
    const running = new RunningNetwork(network, runtime, { threads: 1 });
    const feeds = { photo: photos(rows) };
    const want = (await running.gradients(feeds, view.query)).gradients[0]!;
    const session = await runtime.open(bytes, { threads: 1 });
    const got = (await session.run(feeds))["grad-cam"]!;
    await Promise.all([running.release(), session.release()]);
    expect(got.shape).toEqual(want.shape);
    const largest = Math.max(...toNumbers(want));
    expect(largest).toBeGreaterThan(0);
    for (const [i, value] of toNumbers(got).entries())
      expect(Math.abs(value - toNumbers(want)[i]!)).toBeLessThan(1e-5 * largest);
  });

  it("runs in Python's ONNX Runtime with the same numbers (fixtures/view-graphs.py)", async () => {
    const expected = JSON.parse(readFileSync(new URL("grad-cam.json", data), "utf8")) as Expected;
    // The file that Python ran, and what is written today.
    for (const file of [readFileSync(new URL("grad-cam.onnx", data)), bytes]) {
      const session = await runtime.open(file, { threads: 1 });
      const results = await session.run({ photo: photos(expected.shape[0]!) });
      await session.release();
      for (const name of ["grad-cam", "classes"] as const)
        for (const [i, value] of toNumbers(results[name]!).entries())
          expect(Math.abs(value - expected[name][i]!)).toBeLessThan(1e-5);
    }
  });
});

describe("a batch is taken out of shapes again", () => {
  it("is refused where the graph depends on it in another way", () => {
    const build = (factor: (rows: number) => number) => (rows: number) => {
      const b = new GraphBuilder();
      b.op("Mul", [b.input("x", [rows]), b.f32(factor(rows))], {}, { outputs: ["y"] });
      b.output("y", [rows]);
      return b.graph;
    };
    expect(() =>
      freeBatch(
        build((rows) => 1 / rows),
        "x",
      ),
    ).toThrow("does not grow with its length");
    expect(
      freeBatch(
        build(() => 2),
        "x",
      ).inputs[0]!.shape,
    ).toEqual(["N"]);
  });
});

const none = () => Promise.reject(new Error("nothing beside it"));
