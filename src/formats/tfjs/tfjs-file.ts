import { StriateError, naming } from "../../base/errors.ts";
import type { Tensor } from "../../base/tensor.ts";
import type { OpenedModel, ReadModelOptions } from "../format.ts";
import type { OpenSource } from "../open-source.ts";
import { type Json, isObject, objectOf } from "../keras/json.ts";
import { readJson } from "../../base/parse-json.ts";
import { kerasWriter } from "../keras/keras-writer.ts";
import { openKeras } from "../keras/open-keras.ts";
import { assignByName } from "./layer-weights.ts";
import type { TfNode } from "../tensorflow/graph-def.ts";
import { parseGraphJson } from "../tensorflow/graph-json.ts";
import { inlineTfFunctions } from "../tensorflow/inline-functions.ts";
import { lowerTensorFlow } from "../tensorflow/lower-tensorflow.ts";
import { metadataOf, readTfjsMetadata } from "./metadata.ts";
import { tfjsTraining } from "./training-config.ts";
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
    const said = await readTfjsMetadata(model, source);
    network.labels ??= said.labels;
    network.preprocessing ??= said.preprocessing;
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
  const ofOptimizer = arrays.filter((array) => array.ofOptimizer);
  const parts = {
    ...{ format: "TF.js layers", config, writer, own: metadataOf(model).striate },
    ...tfjsTraining(model, topology, ofOptimizer),
  };
  const ofLayers = arrays.filter((array) => !array.ofOptimizer);
  const origin = { kerasVersion: writer.major, backend: "tensorflow" } as const;
  return openKeras(parts, options, (keras) => assignByName(keras, ofLayers, origin));
}

async function readGraphModel(
  model: Json,
  topology: Json,
  source: OpenSource,
): Promise<OpenedModel> {
  const { nodes: called, functions } = parseGraphJson(topology, source.budget);
  const arrays = await readManifest(model.weightsManifest ?? [], source);
  const values = new Map(arrays.map(({ name, value }) => [name, value]));
  // What is written out of functions gets another name: each takes its value with it.
  const valued = (node: TfNode): TfNode => {
    const tensor = node.op === "Const" ? values.get(node.name) : undefined;
    return tensor ? { ...node, attributes: { ...node.attributes, value: { tensor } } } : node;
  };
  const nodes = inlineTfFunctions(
    called.map(valued),
    functions.map((made) => ({ ...made, nodes: made.nodes.map(valued) })),
  );
  const constants = new Map<string, Tensor>(values);
  for (const { name, attributes } of nodes)
    if (attributes.value?.tensor) constants.set(name, attributes.value.tensor);
  const outputs = outputsOf(model);
  const graph = { nodes, constants, ...(outputs ? { outputs } : {}) };
  const origin = { format: "TF.js graph", dialect: "TensorFlow graph", writer: "" };
  return { network: lowerTensorFlow(graph, origin) };
}

/** The tensors that the file names as its outputs: `Identity:0`. */
function outputsOf(model: Json): string[] | undefined {
  const signature = [model.signature, metadataOf(model).signature].find(isObject);
  if (!isObject(signature?.outputs)) return undefined;
  const names = Object.entries(signature.outputs).map(([key, value]) =>
    isObject(value) && typeof value.name === "string" ? value.name : key,
  );
  return names.length > 0 ? names : undefined;
}

/** Who wrote the file: `keras v3.8.0, TensorFlow.js Converter v4.22.0`. */
const writerOf = ({ generatedBy, convertedBy }: Json): string =>
  [generatedBy, convertedBy].filter((text) => typeof text === "string" && text !== "").join(", ");
