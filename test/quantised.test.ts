import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { float32, toNumbers } from "../src/base/tensor.ts";
import { RunningNetwork } from "../src/model/running.ts";
import { summarize } from "../src/model/facts/summary.ts";
import { runtime } from "../src/runtime/node/index.ts";
import { relativeDifference } from "../src/base/compare-tensors.ts";
import { diffNetworks } from "../src/views/diff.ts";
import { openOnnx } from "./onnx-files.ts";

// A small network as ONNX Runtime's quantisers write it (fixtures/quantised-onnx.py).

const folder = fileURLToPath(new URL("../fixtures/data/quantised/", import.meta.url));
const outputs = JSON.parse(readFileSync(`${folder}outputs.json`, "utf8")) as Record<
  string,
  number[]
>;
const forms = ["qdq", "qoperator", "dynamic"];
const x = float32([1, 3, 16, 16], outputs.x!);

/** One step of an 8-bit code of a probability: machines round sums differently. */
const oneCode = 1.01 / 256;

const furthest = (got: readonly number[], want: readonly number[]): number =>
  Math.max(...want.map((value, i) => Math.abs(value - got[i]!)));

async function open(form: string) {
  const { network } = await openOnnx(`${folder}${form}.onnx`);
  return { running: new RunningNetwork(network, runtime, { threads: 1 }), feeds: { x } };
}

describe.each(forms)("a network that is quantised, form %s", (form) => {
  it("gives the numbers that ONNX Runtime gives elsewhere", async () => {
    const { running } = await open(form);
    const [y] = await running.run({ x }, [running.network.outputs[0]!.value]);
    await running.release();
    expect(furthest(toNumbers(y!), outputs[form]!)).toBeLessThan(oneCode);
  });

  it("has the parameters and multiply-adds of the one in floats, in fewer bytes", async () => {
    const [own, float] = [await open(form), await open("float")].map(({ running }) =>
      summarize(running.network),
    );
    expect(own!.parameters.total).toBe(float!.parameters.total);
    expect(own!.multiplyAdds).toBe(float!.multiplyAdds);
    expect(own!.parameters.bytes.total).toBeLessThan(float!.parameters.bytes.total / 2);
    for (const layer of own!.layers)
      for (const shape of layer.outputShapes) expect(shape.length).toBeGreaterThan(1);
  });

  it("is compared with the one in floats layer by layer, in real numbers", async () => {
    const { pairs, onlyB } = await diffNetworks(await open("float"), await open(form));
    const names = pairs.map(({ a }) => a);
    for (const layer of ["p", "g", "d/Gemm", "y"]) expect(names).toContain(layer);
    for (const conv of ["a", "b"])
      expect(names.includes(`${conv}/Conv`) || names.includes(`${conv}/Relu`)).toBe(true);
    for (const pair of pairs) {
      expect(pair.cosine, pair.a).toBeGreaterThan(0.99);
      expect(relativeDifference(pair), pair.a).toBeLessThan(0.1);
    }
    expect(onlyB).toEqual([]);
  });
});

it("numbers of another photo would be noticed", async () => {
  const { running } = await open("qdq");
  const other = float32(
    x.shape,
    Float32Array.from(x.data, (value) => value / 4),
  );
  const [y] = await running.run({ x: other }, [running.network.outputs[0]!.value]);
  await running.release();
  expect(furthest(toNumbers(y!), outputs.qdq!)).toBeGreaterThan(oneCode);
});
