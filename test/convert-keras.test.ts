import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { toFloat32 } from "../src/base/tensor.ts";
import { toUser } from "../src/model/network.ts";
import { RunningNetwork } from "../src/model/running.ts";
import { convertFile } from "../src/api/convert-file.ts";
import { openModel } from "../src/api/open-model.ts";
import { runtime } from "../src/runtime/node/index.ts";
import { emptyFolder } from "./command-line.ts";
import { formulaInput } from "./run-layers.ts";
import { describeShared, shared } from "./shared.ts";

// Files that striate converted and that real Keras opened; the numbers are Keras' (fixtures/convert.py).

interface Case {
  from: string;
  to: string;
  "opened by": "keras" | "tf_keras";
  difference: number;
  inputs: Record<string, number[]>;
  outputs: { shape: number[]; values: number[] }[];
}

const file = fileURLToPath(new URL("../fixtures/data/convert.json", import.meta.url));
const { cases } = JSON.parse(readFileSync(file, "utf8")) as { cases: Case[] };
const name = (one: Case) => `${one.from} as ${one.to} in ${one["opened by"]}`;

describe("converted files in real Keras", () => {
  it.each(cases.map((one) => [name(one), one] as const))(
    "%s gives the numbers of the file it came from",
    (_, { difference }) => {
      expect(difference).toBeLessThan(1e-5);
    },
  );

  it("are Keras 3's and Keras 2's, from Keras and from TF.js files", () => {
    const kinds = new Set(cases.map(({ to, "opened by": by }) => `${by} ${to.split(".").at(-1)!}`));
    expect([...kinds].sort()).toEqual(["keras h5", "keras keras", "tf_keras h5"]);
    expect(cases.filter(({ from }) => from.includes("tfjs")).length).toBeGreaterThan(5);
  });
});

describeShared("models/tfjs", "files that are converted now", () => {
  it.each(cases.map((one) => [name(one), one] as const))(
    "%s give Keras' numbers when they are read again",
    async (_, { from, to, inputs, outputs }) => {
      const target = join(emptyFolder(), to);
      const { files } = await convertFile(shared(from), target, { check: false });
      expect(files.map((path) => [dirname(path), basename(path)])).toEqual([[dirname(target), to]]);
      const { network } = await openModel(target);
      const running = new RunningNetwork(network, runtime, { threads: 1 });
      const shapes = Object.values(inputs);
      const feeds = Object.fromEntries(
        network.inputs.map((port, i) => [port.name, formulaInput(shapes[i]!)]),
      );
      const values = network.outputs.map((port) => port.value);
      const results = await running.run(feeds, values);
      await running.release();
      outputs.forEach(({ shape, values: wanted }, i) => {
        const got = toFloat32(toUser(results[i]!, network.outputs[i]!));
        expect(got.shape).toEqual(shape);
        const size = Math.max(1, ...wanted.map(Math.abs));
        wanted.forEach((value, k) =>
          expect(Math.abs(got.data[k]! - value) / size).toBeLessThan(1e-5),
        );
      });
    },
  );
});
