import { unzipSync } from "fflate";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { openModel } from "../src/api/open-model.ts";
import { leftOut } from "../src/model/lowering/left-out.ts";
import { toUser } from "../src/model/network.ts";
import { RunningNetwork } from "../src/model/running.ts";
import { runtime } from "../src/runtime/node/index.ts";
import { readNpz } from "./npz.ts";
import { asTensor, largestDifference } from "./onnx-files.ts";

// What TensorFlow and TFLite's interpreter make of each op (fixtures/tensorflow-ops.py).

const path = new URL("../fixtures/data/tensorflow-ops.zip.gz", import.meta.url);
const files = unzipSync(gunzipSync(readFileSync(path)));
const models = Object.keys(files).filter((name) => /\.(pb|tflite)$/.test(name));

/** What is left out, and the words for it. */
const leftOutInWords = [
  ["case_index", "SwitchN"],
  ["nms_soft", "lowers the scores of boxes that overlap"],
  ["projective", "ImageProjectiveTransformV3"],
  ["while_by_photo.pb", "a loop, and only the photo says how often it runs"],
  ["while_by_photo.tflite", "WHILE"],
] as const;

describe.each(["pb", "tflite"])("ops in a .%s file", (kind) => {
  it.each(models.filter((name) => name.endsWith(`.${kind}`)))("%s", async (name) => {
    const arrays = readNpz(
      Buffer.from(files[kind === "pb" ? name.replace(".pb", ".npz") : `${name}.npz`]!),
    );
    const { network } = await openModel(files[name]!);
    const why = leftOutInWords.find(([begin]) => name.startsWith(begin))?.[1];
    if (why !== undefined) {
      expect(leftOut(network).join(" ")).toContain(why);
      return;
    }
    expect(leftOut(network)).toEqual([]);
    const ports = [...network.outputs];
    // TensorFlow's own names say which output is which: Identity, Identity_1.
    if (kind === "pb") ports.sort((a, b) => numberOf(a.name) - numberOf(b.name));
    const running = new RunningNetwork(network, runtime, { threads: 1 });
    const values = await running.run(
      { [network.inputs[0]!.name]: asTensor(arrays.x!) },
      ports.map((port) => port.value),
    );
    await running.release();
    values.forEach((value, i) => {
      const wanted = arrays[`y${i}`]!;
      const made = toUser(value, ports[i]!);
      expect(made.shape, `y${i}`).toEqual(wanted.shape);
      expect(largestDifference(made, wanted), `y${i}`).toBeLessThan(2e-5);
    });
    expect(values).toHaveLength(Object.keys(arrays).length - 1);
  });
});

const numberOf = (name: string): number => Number(/_(\d+)$/.exec(name)?.[1] ?? 0);
