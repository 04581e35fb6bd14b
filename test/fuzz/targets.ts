import { readFileSync, readdirSync } from "node:fs";
import type { Random } from "../../src/base/random.ts";
import { convertModel } from "../../src/formats/convert.ts";
import type { ModelSource } from "../../src/formats/format.ts";
import { readModel } from "../../src/formats/read-model.ts";
import { findTfliteOp } from "../../src/formats/tflite/ops/index.ts";
import { operatorNames } from "../../src/formats/tflite/operator-names.ts";
import { tfOpNames } from "../../src/formats/tensorflow/ops/index.ts";
import { readZip, writeZip } from "../../src/formats/zip.ts";
import { allOps } from "../../src/ops/index.ts";
import { overlappingZip } from "../hostile/zip.ts";
import { hostileNpy, hostileSafetensors } from "./hostile-arrays.ts";
import { hostileGraphDef, hostileSavedModel } from "./hostile-graph-def.ts";
import { hostileHdf5 } from "./hostile-hdf5.ts";
import { hostileOnnx } from "./hostile-onnx.ts";
import { hostileTflite } from "./hostile-tflite.ts";
import { mutateBytes } from "./mutate-bytes.ts";
import { mutateJson } from "./mutate-json.ts";
import { parsedProtobuf } from "./mutate-protobuf.ts";
import { mutateWords } from "./mutate-words.ts";

/** A file, and how it is damaged. */
export interface Target {
  name: string;
  mutate(random: Random): Promise<Uint8Array> | Uint8Array;
  /** The files beside it. */
  sibling: ModelSource["sibling"];
}

const text = new TextDecoder();
const utf8 = new TextEncoder();

/**
 * Small files of every format: committed ones, and a Keras model of them as `.h5`.
 *
 * @param root folder of the fixtures' data
 */
export async function fuzzTargets(root: string): Promise<Target[]> {
  const read = (path: string) => new Uint8Array(readFileSync(root + path));
  const nothing: ModelSource["sibling"] = (path) =>
    Promise.reject(new Error(`"${path}" is missing beside the model`));
  const keras = read("keras-zip/pictures-3.0.5.keras");
  const source = { name: "pictures.keras", bytes: keras, sibling: nothing };
  const [h5] = await convertModel(await readModel(source), "pictures.h5");
  const members = await Promise.all(
    [...(await readZip(keras, "pictures.keras"))].map(
      async ([name, member]) => [name, await member.read()] as [string, Uint8Array],
    ),
  );
  const graph = read("tfjs/fused/model.json");
  const weights = read("tfjs/fused/weights.bin");

  const kept = new Map<string, Uint8Array>();
  const saved = (folder: string) => (path: string) => {
    const at = `saved-models/${folder}/${path}`;
    const bytes = kept.get(at) ?? read(at);
    kept.set(at, bytes);
    return bytes;
  };

  const half = <T>(random: Random, a: () => T, b: () => T): T => (random.integer(2) ? a() : b());
  const protobuf = (path: string): Target => {
    const bytes = read(path);
    const mutated = parsedProtobuf(bytes);
    return {
      name: path.replace(/^.*\//, ""),
      mutate: (random) =>
        half(
          random,
          () => mutateBytes(bytes, random),
          () => mutated(random),
        ),
      sibling: nothing,
    };
  };
  const json = (name: string, bytes: Uint8Array, sibling: ModelSource["sibling"]): Target => {
    const value: unknown = JSON.parse(text.decode(bytes));
    return {
      name,
      mutate: (random) =>
        half(
          random,
          () => mutateBytes(bytes, random),
          () => utf8.encode(JSON.stringify(mutateJson(value, random))),
        ),
      sibling,
    };
  };
  const hostile = (kind: string, mutate: Target["mutate"]): Target => ({
    name: `hostile.${kind}`,
    mutate,
    sibling: nothing,
  });
  const tfOps = tfOpNames();
  const tfliteCodes = [...operatorNames.keys()].filter((code) =>
    findTfliteOp(operatorNames[code]!),
  );
  const onnx = readdirSync(`${root}onnx`).filter((name) =>
    /^(functions|control|qdq|encodings)\.onnx$/.test(name),
  );
  return [
    ...onnx.map((name) => protobuf(`onnx/${name}`)),
    protobuf("quantised/dynamic.onnx"),
    protobuf("tfjs/frozen.pb"),
    {
      ...protobuf("saved-models/module/saved_model.pb"),
      sibling: (path) => Promise.resolve(saved("module")(path)),
    },
    checkpoint(saved("variables1")),
    ...["resizes", "convolutions", "uint8"].map((name): Target => {
      const bytes = read(`tflite/${name}.tflite`);
      return {
        name: `${name}.tflite`,
        mutate: (random) => (random.integer(4) === 0 ? mutateBytes : mutateWords)(bytes, random),
        sibling: nothing,
      };
    }),
    json("graph model.json", graph, () => Promise.resolve(weights)),
    json("layers model.json", read("tfjs/layers/model.json"), (path) =>
      /^group\d-shard\dof2\.bin$/.test(path)
        ? Promise.resolve(read(`tfjs/layers/${path}`))
        : nothing(path),
    ),
    hostile("onnx", (random) => hostileOnnx(random, allOps)),
    hostile("pb", (random) => hostileGraphDef(random, tfOps)),
    hostile("saved_model.pb", (random) => hostileSavedModel(random, tfOps)),
    hostile("tflite", (random) => hostileTflite(random, tfliteCodes)),
    hostile("safetensors", hostileSafetensors),
    hostile("npz", (random) => {
      const names = ["a/kernel.npy", "a/bias.npy", "__proto__.npy", "x:input.npy"];
      return writeZip(names.map((name) => [name, hostileNpy(random)]));
    }),
    { name: "hostile.h5", mutate: hostileHdf5, sibling: nothing },
    {
      name: "hostile.zip",
      mutate: (random) => {
        const names = ["config.json", "model.weights.h5", "metadata.json", "a.npy", "b.npy"];
        const count = 1 + random.integer(names.length);
        const claimed = [undefined, 0, 2 ** 20, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1][
          random.integer(6)
        ];
        return overlappingZip(
          mutateBytes(h5!.bytes.subarray(0, 2000), random),
          names.slice(-count),
          claimed,
        );
      },
      sibling: nothing,
    },
    { name: "pictures.h5", mutate: (random) => mutateBytes(h5!.bytes, random), sibling: nothing },
    {
      name: "pictures.keras",
      mutate: (random) =>
        half<Uint8Array | Promise<Uint8Array>>(
          random,
          () => mutateBytes(keras, random),
          () => writeZip(members.map(([name, bytes]) => [name, damaged(name, bytes, random)])),
        ),
      sibling: nothing,
    },
  ];
}

/** A SavedModel that is whole, with damage in the list of its variables. */
function checkpoint(read: (path: string) => Uint8Array): Target {
  let index = new Uint8Array();
  return {
    name: "variables.index",
    mutate(random) {
      index = mutateBytes(read("variables/variables.index"), random) as typeof index;
      return read("saved_model.pb");
    },
    sibling: (path) => Promise.resolve(path.endsWith(".index") ? index : read(path)),
  };
}

/** A member of a zip with faults of its own kind. */
function damaged(name: string, bytes: Uint8Array, random: Random): Uint8Array {
  if (!name.endsWith(".json")) return random.integer(3) === 0 ? mutateBytes(bytes, random) : bytes;
  return utf8.encode(JSON.stringify(mutateJson(JSON.parse(text.decode(bytes)), random)));
}
