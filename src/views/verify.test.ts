import { describe, expect, it } from "vitest";
import { float32, tensor, type Tensor } from "../base/tensor.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { emptyGraph } from "../graph/graph.ts";
import { onnx } from "../formats/onnx.ts";
import { writeOnnx } from "../graph/protobuf/write.ts";
import { runtime } from "../runtime/node/index.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { compareTensors } from "./compare-tensors.ts";
import { relative, verifyNetwork } from "./verify.ts";

async function smallNetwork() {
  const b = new GraphBuilder(emptyGraph("small"));
  const x = b.input("x", ["N", 2, 5, 5]);
  const w = b.initializer(
    "w",
    float32(
      [3, 2, 3, 3],
      Float32Array.from({ length: 54 }, (_, i) => Math.sin(i)),
    ),
  );
  const c = b.op("Conv", [x, w], {}, { name: "conv", outputs: ["c"] });
  const r = b.op("Relu", [c], {}, { name: "relu", outputs: ["r"] });
  const y = b.op("GlobalAveragePool", [r], {}, { name: "pool", outputs: ["y"] });
  b.output(y, ["N", 3, 1, 1]);
  const opened = await onnx.read({
    name: "small.onnx",
    bytes: writeOnnx(b.graph),
    sibling: () => Promise.reject(new Error("none")),
  });
  return opened.network;
}

const x = float32(
  [1, 2, 5, 5],
  Float32Array.from({ length: 50 }, (_, i) => Math.cos(i)),
);
const plain = { name: "as written", runtime, options: { optimize: "none", threads: 1 } } as const;

/** An engine that answers the engine's numbers plus an error in one value. */
const wrong = (value: string, error: number): Runtime => ({
  name: "wrong",
  defaultThreads: () => 1,
  async open(graph, options) {
    const session = await runtime.open(graph, options);
    return {
      inputs: session.inputs,
      outputs: session.outputs,
      device: session.device,
      release: () => session.release(),
      async run(feeds) {
        const results = await session.run(feeds);
        const found = results[value];
        if (found) (found.data as Float32Array)[0]! += error;
        return results;
      },
    };
  },
});

describe("verify", () => {
  it("finds no more than rounding between the engine's ways", async () => {
    const network = await smallNetwork();
    const { reference, ways } = await verifyNetwork(network, { x }, [
      plain,
      { name: "optimised", runtime },
    ]);
    expect(reference).toBe("as written");
    expect(ways.map(({ way }) => way)).toEqual(["as written", "optimised"]);
    expect(ways[1]!.layers.map(({ address }) => address)).toEqual(["c", "r", "y"]);
    for (const { largest } of ways[1]!.layers) expect(largest).toBeLessThan(1e-5);
    for (const { outputsAlone } of ways) expect(outputsAlone!.largest).toBeLessThan(1e-5);
  });

  it("names the layer where an engine is wrong, and says why one does not run", async () => {
    const network = await smallNetwork();
    const broken: Runtime = {
      name: "none",
      defaultThreads: () => 1,
      open: () => Promise.reject(new Error("no engine")),
    };
    const { ways, worst } = await verifyNetwork(network, { x }, [
      plain,
      { name: "faulty", runtime: wrong("r", 0.25) },
      { name: "absent", runtime: broken },
    ]);
    expect(worst).toMatchObject({ address: "r", className: "Relu", way: "faulty" });
    expect(worst!.largest).toBeCloseTo(0.25, 5);
    expect(relative(worst!)).toBeCloseTo(0.25 / worst!.magnitude, 5);
    const [, faulty, refused] = ways;
    expect(faulty!.layers.find(({ address }) => address === "c")!.largest).toBeLessThan(1e-6);
    expect(refused).toEqual({ way: "absent", layers: [], failed: "no engine" });
  });

  it("shows when asking for layers changes the outputs", async () => {
    const network = await smallNetwork();
    // Wrong only where the layer r is asked for, as an engine that fuses it away might be.
    const changing = wrong("r", 0);
    const open = changing.open.bind(changing);
    const runtimeThatMinds: Runtime = {
      ...changing,
      open: async (graph, options) => {
        const session = await open(graph, options);
        const asked = session.outputs.includes("r");
        return {
          ...session,
          outputs: session.outputs,
          release: () => session.release(),
          async run(feeds) {
            const results = await session.run(feeds);
            if (asked) (results["y"]!.data as Float32Array)[1]! += 0.5;
            return results;
          },
        };
      },
    };
    const { ways } = await verifyNetwork(network, { x }, [
      plain,
      { name: "minds", runtime: runtimeThatMinds },
    ]);
    expect(ways[1]!.outputsAlone!.largest).toBeCloseTo(0.5, 5);
  });
});

describe("comparing tensors", () => {
  const of = (...values: number[]): Tensor => float32([values.length], values);

  it("measures the largest difference, the magnitude and the angle", () => {
    const { largest, magnitude, cosine } = compareTensors(of(3, 0), of(0, 4));
    expect([largest, magnitude, cosine]).toEqual([4, 3, 0]);
    expect(compareTensors(of(1, 2), of(2, 4)).cosine).toBeCloseTo(1, 6);
    expect(compareTensors(of(0, 0), of(0, 0)).cosine).toBe(1);
  });

  it("takes NaN and infinity for equal only where both have them", () => {
    expect(compareTensors(of(NaN, Infinity, 1), of(NaN, Infinity, 1)).largest).toBe(0);
    expect(compareTensors(of(NaN, 1), of(0, 1)).largest).toBeNaN();
    expect(compareTensors(of(Infinity), of(-Infinity)).largest).toBe(Infinity);
  });

  it("refuses other shapes, and takes other types", () => {
    expect(() => compareTensors(of(1), of(1, 2))).toThrow(/\(1,\) and \(2,\)/);
    expect(compareTensors(of(1, 2), tensor("uint8", [2], Uint8Array.of(1, 4))).largest).toBe(2);
  });
});
