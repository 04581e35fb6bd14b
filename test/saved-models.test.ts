import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { StriateError } from "../src/base/errors.ts";
import { readModel } from "../src/formats/read-model.ts";
import { parseSavedModel } from "../src/formats/tensorflow/saved-model-proto.ts";
import { chooseSignature } from "../src/formats/tensorflow/signature.ts";
import { leftOut } from "../src/model/lowering/left-out.ts";
import { openModel } from "../src/api/open-model.ts";
import { type GraphCase, expectNumbers } from "./graph-cases.ts";

// SavedModels of four writers; the numbers are TensorFlow's own (fixtures/saved-models.py).

const data = fileURLToPath(new URL("../fixtures/data/", import.meta.url));
const cases = JSON.parse(readFileSync(`${data}saved-models.json`, "utf8")) as GraphCase[];

describe("SavedModels", () => {
  it.each(cases)("$name gives TensorFlow's numbers", async (graph) => {
    const { network } = await openModel(`${data}saved-models/${graph.name}`);
    expect(network.inputs.map(({ name }) => name).sort()).toEqual(Object.keys(graph.inputs).sort());
    await expectNumbers(network, graph);
  });
});

describe("what a SavedModel's layers own", () => {
  it.each([
    [
      "keras2",
      "small/stem/norm/FusedBatchNormV3",
      ["beta", "gamma", "moving_mean", "moving_variance"],
    ],
    // Keras 3 writes a batch norm as arithmetic: what it makes of the variables alone is a weight.
    ["keras3", "small_1/stem_1/norm_1/batchnorm/mul_1", ["scale"]],
    ["keras3", "small_1/stem_1/norm_1/batchnorm/add_1", ["bias"]],
    ["variables1", "BiasAdd", ["bias"]],
  ])("%s: %s", async (name, address, weights) => {
    const { network } = await openModel(`${data}saved-models/${name}`);
    const layer = network.layers.find((each) => each.address === address)!;
    expect([...layer.weights].sort()).toEqual(weights.map((weight) => `${address}/${weight}`));
  });
});

describe("the parts of a SavedModel", () => {
  const name = "module";
  const file = (path: string) =>
    new Uint8Array(readFileSync(`${data}saved-models/${name}/${path}`));

  /** Reads the model with another content of one of its files; undefined stands for none. */
  const read = (changed: Record<string, Uint8Array | undefined>) => {
    const get = (path: string): Promise<Uint8Array> => {
      const bytes = path in changed ? changed[path] : file(path);
      return bytes
        ? Promise.resolve(bytes)
        : Promise.reject(new StriateError(`"${path}" is missing beside the model`));
    };
    const bytes = changed["saved_model.pb"] ?? file("saved_model.pb");
    return readModel({ name: "folder", bytes, sibling: get });
  };
  const index = "variables/variables.index";
  const shard = "variables/variables.data-00000-of-00001";
  const altered = (path: string, change: (bytes: Uint8Array) => void): Uint8Array => {
    const bytes = file(path);
    change(bytes);
    return bytes;
  };
  /** The message with a text put for another of the same length. */
  const said = (from: string, to: string) =>
    altered("saved_model.pb", (bytes) => {
      const [old, put] = [from, to].map((text) => new TextEncoder().encode(text));
      for (let at = 0; at + old!.length <= bytes.length; at++)
        if (old!.every((byte, i) => bytes[at + i] === byte)) bytes.set(put!, at);
    });

  it("are found from the file itself as well as from the folder", async () => {
    const { network } = await openModel(`${data}saved-models/${name}/saved_model.pb`);
    expect(network.origin).toMatchObject({
      format: "TensorFlow SavedModel",
      dialect: "signature serving_default",
      writer: "TensorFlow 2.21.0",
    });
    expect(network.outputs.map((port) => port.name)).toEqual(["best", "bottom", "top"]);
  });

  it("another signature is taken where there is no serving_default", async () => {
    const { network } = await read({
      "saved_model.pb": said("serving_default\x12", "serving_another\x12"),
    });
    expect(network.origin.dialect).toBe("signature another");
    expect(network.outputs.map((port) => port.name)).toEqual(["photo_1"]);
  });

  it.each<[string, Record<string, Uint8Array | undefined>, RegExp]>([
    [
      "no variables",
      { [index]: undefined },
      /^folder: "variables\/variables.index" is missing beside/,
    ],
    [
      "no data",
      { [shard]: undefined },
      /^folder: .*"variables\/variables.data-00000-of-00001" is missing/,
    ],
    [
      "a short index",
      { [index]: file(index).subarray(0, 100) },
      /^folder: variables\/variables.index: is cut off or damaged/,
    ],
    [
      "a compressed index",
      { [index]: altered(index, (bytes) => bytes.fill(1, 0, bytes.length - 48)) },
      /^folder: variables\/variables.index: /,
    ],
    [
      "short data",
      { [shard]: file(shard).subarray(0, 40) },
      /^folder: tensor "kernels\/\d\/.ATTRIBUTES\/VARIABLE_VALUE" of the checkpoint: should be bytes \d+ to \d+ of its file, which has 40/,
    ],
    [
      "a changed weight",
      { [shard]: altered(shard, (bytes) => (bytes[20]! ^= 1)) },
      /^folder: tensor "kernels\/\d\/.*its check sum is wrong: the file is damaged; copy it again/,
    ],
    [
      "a variable that the checkpoint lacks",
      { "saved_model.pb": said("shift/.ATTRIBUTES", "gone!/.ATTRIBUTES") },
      /^folder: variable "kernel_\d" has no value in the checkpoint/,
    ],
  ])("%s is said in one sentence", async (_, changed, words) => {
    await expect(read(changed)).rejects.toThrow(words);
  });

  it("an op that is not known is left out, with what needs it", async () => {
    const { network } = await read({ "saved_model.pb": said("\x12\x05Rsqrt", "\x12\x05Qsqrt") });
    expect(leftOut(network)[0]).toMatch(
      /^not run: Qsqrt "Rsqrt": this op of TensorFlow is not known/,
    );
  });

  it("classes in words, beside numbers, are left out", () => {
    const info = { key: "scores", tensor: "x:0", type: 1, shape: [] };
    const signature = { inputs: [info], outputs: [info, { ...info, key: "classes", type: 7 }] };
    const [, chosen] = chooseSignature(new Map([["classify", signature]]));
    expect(chosen.outputs.map(({ key }) => key)).toEqual(["scores"]);
  });

  it("of a folder that names no signature are refused with advice", async () => {
    const bytes = file("saved_model.pb");
    const parts = parseSavedModel(bytes);
    expect([...parts[0]!.signatures.keys()].sort()).toEqual([
      "__saved_model_init_op",
      "another",
      "serving_default",
    ]);
    expect(() => chooseSignature(new Map())).toThrow(
      /has no signature, .*; save it with signatures=/,
    );
    const text = { key: "image_bytes", tensor: "x:0", type: 7, shape: [] };
    const signature = { inputs: [text], outputs: [{ ...text, type: 1 }] };
    expect(() => chooseSignature(new Map([["classify", signature]]))).toThrow(
      'no signature takes and gives numbers: "classify"; export the model with one that takes pictures as an array',
    );
  });
});
