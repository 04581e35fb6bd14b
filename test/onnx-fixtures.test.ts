import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type DataType, type Tensor, castTo, tensor } from "../src/base/tensor.ts";
import { onnx } from "../src/formats/onnx.ts";
import { leftOut } from "../src/model/lowering/left-out.ts";
import { selectLayers } from "../src/model/network.ts";
import { RunningNetwork } from "../src/model/running.ts";
import { runtime } from "../src/runtime/node/index.ts";
import { largestDifference, openOnnx } from "./onnx-files.ts";

// Files with what is rare in ONNX; the numbers are those of ONNX' reference evaluator
// (fixtures/onnx-files.py).

interface Stored {
  type: DataType;
  shape: number[];
  data: number[];
}
interface Case {
  file: string;
  inputs: Record<string, Stored>;
  outputs: Record<string, Stored>;
  taps: Record<string, Stored>;
  tolerance: number;
  mention?: string[];
}

const folder = fileURLToPath(new URL("../fixtures/data/onnx/", import.meta.url));
const cases = JSON.parse(readFileSync(`${folder}cases.json`, "utf8")) as Case[];

const load = ({ type, shape, data }: Stored): Tensor =>
  castTo(tensor("float64", shape, Float64Array.from(data)), type as "float32");

describe("ONNX files with rare contents", () => {
  it.each(cases.filter(({ mention }) => !mention))(
    "$file gives the numbers of the reference, as read and as written again",
    async ({ file, inputs, outputs, taps, tolerance }) => {
      const opened = await openOnnx(folder + file);
      const feeds = Object.fromEntries(
        Object.entries(inputs).map(([name, value]) => [name, load(value)]),
      );
      const running = new RunningNetwork(opened.network, runtime, { threads: 1 });
      const names = [...Object.keys(outputs), ...Object.keys(taps)];
      const values = names.map((name) => {
        const output = opened.network.outputs.find((port) => port.name === name);
        const layer = () => selectLayers(opened.network, name)[0]!.outputs;
        return (output ?? layer().find((port) => port.name === name))!.value;
      });
      const results = await running.run(feeds, values);
      await running.release();
      names.forEach((name, i) => {
        const want = load((outputs[name] ?? taps[name])!);
        expect(results[i]!.shape, name).toEqual(want.shape);
        expect(largestDifference(results[i]!, want), name).toBeLessThan(tolerance);
      });

      const [written] = await onnx.writer!.write(opened, file);
      const session = await runtime.open(written!.bytes, { threads: 1 });
      const again = await session.run(feeds);
      await session.release();
      for (const [name, want] of Object.entries(outputs))
        expect(largestDifference(again[name]!, load(want)), name).toBeLessThan(tolerance);
    },
  );

  it.each(cases.filter(({ mention }) => mention))(
    "$file is refused, or said to be left out, in words",
    async (each) => {
      const message = await openOnnx(folder + each.file).then(
        ({ network }) => [each.file, ...leftOut(network)].join(" "),
        (error: Error) => error.message,
      );
      for (const words of [each.file, ...each.mention!]) expect(message).toContain(words);
    },
  );
});
