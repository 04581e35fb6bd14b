import { expect, it } from "vitest";
import { float32 } from "../base/tensor.ts";
import { summarize } from "../model/facts/summary.ts";
import { formats } from "./index.ts";
import { writeNpz } from "./npz.ts";
import { weightsNpz } from "./weights-npz.ts";
import { writeZip } from "./zip.ts";

const source = (bytes: Uint8Array) => ({
  name: "weights.npz",
  bytes,
  sibling: () => Promise.reject(new Error("reads no other file")),
});

it("arrays named by layer and weight are weights without a network", async () => {
  const kernel = float32([3, 3, 1, 2], new Float32Array(18).fill(0.5));
  const bytes = await writeNpz([
    ["base/conv/kernel", kernel],
    ["base/conv/bias", float32([2], [1, 2])],
    ["alone", float32([4, 1], [1, 2, 3, 4])],
  ]);
  expect(formats.find((format) => format.match(source(bytes)))).toBe(weightsNpz);
  const { network } = await weightsNpz.read(source(bytes));
  expect(network.layers.map(({ address, kind }) => [address, kind])).toEqual([
    ["base/conv", "convolution"],
    ["alone", "dense"],
  ]);
  expect(network.weights.get("base/conv/kernel")!.shape).toEqual([3, 3, 1, 2]);
  expect(summarize(network).parameters.total).toBe(24);
});

it("a zip that begins with something else is not taken", async () => {
  const zip = writeZip([["config.json", new TextEncoder().encode("{}")]]);
  expect(weightsNpz.match(source(zip))).toBe(false);
});
