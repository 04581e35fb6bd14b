import type { ByteSource } from "../base/byte-source.ts";
import { StriateError, naming } from "../base/errors.ts";
import type { Tensor } from "../base/tensor.ts";
import { type OpenedModel, type ReadModelOptions, defineFormat } from "./format.ts";
import type { OpenSource } from "./open-source.ts";
import { type Json, isObject, objectOf } from "./keras/json.ts";
import { readJson } from "./keras/parse-json.ts";
import { kerasWriter } from "./keras/keras-writer.ts";
import { trainingOf } from "./losses.ts";
import { openKeras } from "./keras/open-keras.ts";
import { assignByName } from "./tfjs/layer-weights.ts";
import { parseGraphJson } from "./tensorflow/graph-json.ts";
import { lowerTfGraph } from "./tensorflow/lower-graph.ts";
import { readTfjsMetadata } from "./tfjs/metadata.ts";
import { writeLayersModel } from "./tfjs/write-layers.ts";
import { readManifest } from "./tfjs/weights-manifest.ts";

/**
 * TF.js models: a `model.json`, with the weights in files beside it. Layers models hold the layers of
 * Keras 2 or 3, graph models a TensorFlow graph.
 *
 * @see https://www.tensorflow.org/js/guide/save_load
 */
export const tfjs = defineFormat({
  id: "tfjs",
  title: "TF.js",
  extensions: [],
  folderFile: "model.json",
  about: {
    reads: ["layers models of Keras and of TF.js itself", "graph models of the converter"],
    leavesOut: ["as in a Keras HDF5 file and a TensorFlow graph"],
    refuses: ["weight files that are missing or too short"],
  },
  match: ({ bytes }) => looksLikeTfjs(bytes),
  read: (source, options = {}) =>
    naming(source.name, async () => {
      const model = objectOf(readJson(source.bytes.subarray(0), "model.json"), "model.json");
      const topology = objectOf(model.modelTopology, "modelTopology");
      const opened = Array.isArray(topology.node)
        ? await readGraphModel(model, topology, source)
        : await readLayersModel(model, topology, source, options);
      const { network } = opened;
      Object.assign(network, await readTfjsMetadata(model, source));
      network.origin.writer = writerOf(model) || network.origin.writer;
      network.origin.file = source.name;
      return opened;
    }),
  writer: {
    answers: ["model.json"],
    label: "model.json (TF.js)",
    runs: true,
    loses: trainingOf,
    write: (model, name) => Promise.resolve().then(() => writeLayersModel(model, name)),
  },
});

/** Whether bytes are JSON that speaks of TF.js' parts. */
function looksLikeTfjs(bytes: ByteSource): boolean {
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, 64));
  if (!/^(\xef\xbb\xbf)?\s*\{/.test(start)) return false;
  return includes(bytes.subarray(0), '"modelTopology"');
}

/** Whether bytes hold a word; they may be more than a text can be. */
function includes(bytes: Uint8Array, word: string): boolean {
  const codes = new TextEncoder().encode(word);
  for (let at = bytes.indexOf(codes[0]!); at >= 0; at = bytes.indexOf(codes[0]!, at + 1))
    if (codes.every((code, i) => bytes[at + i] === code)) return true;
  return false;
}

async function readLayersModel(
  model: Json,
  topology: Json,
  source: OpenSource,
  options: ReadModelOptions,
): Promise<OpenedModel> {
  // What TF.js itself saves has no model_config around the model.
  const config = isObject(topology.model_config) ? topology.model_config : topology;
  if (config.class_name === undefined)
    throw new StriateError("modelTopology holds neither the layers of Keras nor a graph");
  const writer = kerasWriter(topology.keras_version, topology.backend, config);
  // TF.js' own layers follow Keras 2, whatever their version number.
  if (/tfjs/.test(writer.version)) writer.major = 2;
  const arrays = await readManifest(model.weightsManifest ?? [], source);
  const parts = { format: "TF.js layers", config, writer, compile: topology.training_config };
  const origin = { kerasVersion: writer.major, backend: "tensorflow" } as const;
  return openKeras(parts, options, (keras) => assignByName(keras, arrays, origin));
}

async function readGraphModel(
  model: Json,
  topology: Json,
  source: OpenSource,
): Promise<OpenedModel> {
  const nodes = parseGraphJson(topology, source.budget);
  const constants = new Map<string, Tensor>();
  for (const { name, attributes } of nodes)
    if (attributes.value?.tensor) constants.set(name, attributes.value.tensor);
  for (const { name, value } of await readManifest(model.weightsManifest ?? [], source))
    constants.set(name, value);
  const outputs = outputsOf(model);
  const graph = { nodes, constants, ...(outputs ? { outputs } : {}) };
  const origin = { format: "TF.js graph", dialect: "TensorFlow graph", writer: "" };
  return { network: lowerTfGraph(graph, "graph", origin) };
}

/** The tensors that the file names as its outputs: `Identity:0`. */
function outputsOf(model: Json): string[] | undefined {
  const metadata = isObject(model.userDefinedMetadata) ? model.userDefinedMetadata : {};
  const signature = [model.signature, metadata.signature].find(isObject);
  if (!isObject(signature?.outputs)) return undefined;
  const names = Object.entries(signature.outputs).map(([key, value]) =>
    isObject(value) && typeof value.name === "string" ? value.name : key,
  );
  return names.length > 0 ? names : undefined;
}

/** Who wrote the file: `keras v3.8.0, TensorFlow.js Converter v4.22.0`. */
const writerOf = ({ generatedBy, convertedBy }: Json): string =>
  [generatedBy, convertedBy].filter((text) => typeof text === "string" && text !== "").join(", ");
