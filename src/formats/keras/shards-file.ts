import { StriateError } from "../../base/errors.ts";
import type { OpenedModel, ReadModelOptions } from "../format.ts";
import type { OpenSource } from "../open-source.ts";
import { type Hdf5Group, openHdf5 } from "../hdf5/hdf5-file.ts";
import { isObject } from "./json.ts";
import { kerasWriter, writerName } from "./keras-writer.ts";
import { parseJson, readJson } from "../../base/parse-json.ts";
import { openKeras } from "./open-keras.ts";
import { h5Store, storedGroups } from "./store-h5.ts";
import { assignFromStore } from "./weights-store.ts";
import { weightsNetwork } from "./weights-network.ts";

/** Files that Keras writes for one model; more is no model. */
const most = 1000;

/** Reads the files that a list of weights names. */
export async function readShards(
  source: OpenSource,
  options: ReadModelOptions = {},
): Promise<OpenedModel> {
  const names = shardNames(readJson(source.bytes.subarray(0), "weights.json"));
  const files: Hdf5Group[] = [];
  for (const name of names) files.push(openHdf5(await source.sibling(name), source.budget));
  const format = "Keras HDF5 (weights in shards)";
  const config = options.architecture && parseJson(options.architecture, "the architecture");
  const writer = kerasWriter(undefined, undefined, config ?? { batch_shape: null });
  if (config) {
    const parts = { format, config, writer };
    return openKeras(parts, options, (model) => assignFromStore(model, h5Store(files)));
  }
  const origin = { format, dialect: "weights without a network", writer: writerName(writer) };
  return { network: weightsNetwork(storedGroups(files) ?? [], origin) };
}

/** The files that a list of weights names, each once. */
function shardNames(json: unknown): string[] {
  const map = isObject(json) ? json.weight_map : undefined;
  const names = isObject(map) ? [...new Set(Object.values(map).flat())] : [];
  const odd = names.find((name) => typeof name !== "string" || !/^[^/\\]+\.h5$/.test(name));
  if (odd !== undefined)
    throw new StriateError(
      `lists ${JSON.stringify(odd)} as a file of weights; expected files like model_00000.weights.h5`,
    );
  if (names.length === 0 || names.length > most)
    throw new StriateError(`lists ${names.length} files of weights, expected 1 to ${most}`);
  return names as string[];
}
