import { StriateError, naming } from "../../base/errors.ts";
import type { Tensor } from "../../base/tensor.ts";
import type { OpenedModel, ReadModelOptions } from "../format.ts";
import type { OpenSource } from "../open-source.ts";
import { type Json, isObject, objectOf } from "../keras/json.ts";
import { readJson } from "../../base/parse-json.ts";
import { kerasWriter } from "../keras/keras-writer.ts";
import { openKeras } from "../keras/open-keras.ts";
import { assignByName } from "./layer-weights.ts";
import { parseGraphJson } from "../tensorflow/graph-json.ts";
import { lowerTensorFlow } from "../tensorflow/lower-tensorflow.ts";
import { readTfjsMetadata } from "./metadata.ts";
import { readManifest } from "./weights-manifest.ts";

/** Reads a layers model or a graph model. */
export const readTfjs = (
  source: OpenSource,
  options: ReadModelOptions = {},
): Promise<OpenedModel> =>
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
  });

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
  return { network: lowerTensorFlow(graph, origin) };
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
