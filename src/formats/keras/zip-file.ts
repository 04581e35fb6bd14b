import { StriateError } from "../../base/errors.ts";
import { type OpenedModel, type ReadModelOptions, type WrittenFile } from "../format.ts";
import { openHdf5 } from "../hdf5/hdf5-file.ts";
import { writeHdf5 } from "../hdf5/write-hdf5.ts";
import type { Budget } from "../../base/budget.ts";
import { isObject, pythonJson } from "./json.ts";
import { kerasWriter } from "./keras-writer.ts";
import { listWeights } from "../../model/lowering/list-weights.ts";
import type { OpenSource } from "../open-source.ts";
import { readJson } from "../../base/parse-json.ts";
import { openKeras } from "./open-keras.ts";
import { kerasOf, ownNotes } from "./own-notes.ts";
import { h5Store } from "./store-h5.ts";
import { npzStore } from "./store-npz.ts";
import { type WeightStore, assignFromStore } from "./weights-store.ts";
import { compileConfig, floatSettings } from "./write-compile.ts";
import { putArray } from "./write-h5.ts";
import { modelConfig } from "./write-model.ts";
import { stateForZip } from "./write-optimizer.ts";
import { storeGroup } from "./write-store.ts";
import { type ZipMember, readZip, writeZip } from "../zip.ts";

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

/** Writes a `.keras` file. */
export async function writeKerasZip(model: OpenedModel, name: string): Promise<WrittenFile[]> {
  const keras = kerasOf(model, "a .keras file");
  const compile = compileConfig(model.compile, model.optimizer);
  const config = { ...modelConfig(keras, 3), ...(compile ? { compile_config: compile } : {}) };
  const own = ownNotes(model);
  const metadata = {
    keras_version: "3.0.0",
    writer: "striate",
    ...(own ? { striate: own } : {}),
  };
  const store = storeGroup(keras);
  const { weights } = listWeights(keras);
  const state = model.optimizer ? stateForZip(model.optimizer, weights) : [];
  state.forEach((array, i) => putArray(store, `optimizer/vars/${i}`, array));
  const text = (value: unknown) => new TextEncoder().encode(pythonJson(value, floatSettings));
  const bytes = writeZip([
    ["metadata.json", text(metadata)],
    ["config.json", text(config)],
    ["model.weights.h5", writeHdf5(store)],
  ]);
  return [{ path: name, bytes }];
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
