import { StriateError } from "../../base/errors.ts";
import type { OpenedModel, ReadModelOptions } from "../format.ts";
import { openHdf5 } from "../hdf5/hdf5-file.ts";
import type { Budget } from "../../base/budget.ts";
import { isObject } from "./json.ts";
import { kerasWriter } from "./keras-writer.ts";
import type { OpenSource } from "../open-source.ts";
import { readJson } from "../../base/parse-json.ts";
import { openKeras } from "./open-keras.ts";
import { h5Store } from "./store-h5.ts";
import { npzStore } from "./store-npz.ts";
import { type WeightStore, assignFromStore } from "./weights-store.ts";
import { type ZipMember, readZip } from "../zip.ts";

/** Reads a `.keras` file. */
export async function readKerasZip(
  { bytes, name, budget }: OpenSource,
  options: ReadModelOptions = {},
): Promise<OpenedModel> {
  const members = await readZip(bytes, name, budget);
  const config = await json(members, "config.json");
  if (config === undefined) throw new StriateError(whatItIsInstead([...members.keys()]));
  const metadata = await json(members, "metadata.json");
  const version = isObject(metadata) ? metadata.keras_version : undefined;
  const writer = kerasWriter(version, undefined, config);
  const store = await weightStore(members, budget);
  const parts = {
    format: "Keras zip",
    config,
    writer,
    compile: isObject(config) ? config.compile_config : undefined,
    state: store.arrays("optimizer"),
    own: isObject(metadata) ? metadata.striate : undefined,
  };
  return openKeras(parts, options, (model) => assignFromStore(model, store));
}

type Members = ReadonlyMap<string, ZipMember>;

async function json(members: Members, name: string): Promise<unknown> {
  const member = members.get(name);
  if (member === undefined) return undefined;
  return readJson(await member.read(), name);
}

/** Weights in an HDF5 file, or an archive of arrays. */
async function weightStore(members: Members, budget: Budget): Promise<WeightStore> {
  const h5 = members.get("model.weights.h5");
  if (h5) return h5Store([openHdf5(await h5.open(), budget)]);
  const npz = members.get("model.weights.npz");
  if (npz) return npzStore(await readZip(await npz.read(), "model.weights.npz", budget));
  throw new StriateError(
    `has no model.weights.h5, only ${[...members.keys()].join(", ")}: the file is not whole`,
  );
}

function whatItIsInstead(names: readonly string[]): string {
  const has = (pattern: RegExp) => names.find((name) => pattern.test(name));
  if (has(/(^|\/)data\.pkl$/)) return "is a PyTorch file, which is a program; export it as ONNX";
  if (names.every((name) => name.endsWith(".npy")))
    return `holds NumPy arrays (${names.slice(0, 4).join(", ")}), not a model`;
  const inside = has(/\.(h5|hdf5|keras|onnx|pb|tflite)$|(^|\/)model\.json$/);
  if (inside) return `is a zip with "${inside}" in it; unpack it first`;
  return `is a zip, but no Keras model: it has no config.json, only ${names.slice(0, 4).join(", ")}`;
}
