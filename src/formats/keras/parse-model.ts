import { StriateError, UnsupportedError } from "../../base/errors.ts";
import { isKnownActivation } from "../../layers/activation/activations.ts";
import { functionNames } from "../../layers/operations/operation-layers.ts";
import type { KerasVersion } from "../../layers/keras-version.ts";
import { parseLayer } from "../../layers/layer.ts";
import { inputLayer } from "../../layers/core/input-layer.ts";
import type { LayerDefinition } from "../../layers/define-layer.ts";
import type { KerasModel, Layer } from "../../model/model.ts";
import type { ReadModelOptions } from "../format.ts";
import { connectFunctional } from "./functional-calls.ts";
import { type Json, isObject, listOf, maxDepth, objectOf, without, withoutTuples } from "./json.ts";
import { definitionFor, identity, lookUpName } from "./layer-definition.ts";

export interface ParseModelOptions extends Pick<ReadModelOptions, "replace"> {
  kerasVersion: KerasVersion;
}

/**
 * Turns the architecture of a Keras model, as its JSON says it, into layers and calls; weights are
 * still to be assigned. Knows Sequential and Functional models of Keras 1, 2 and 3, nested to any
 * depth. It has no idea what file the JSON came from: `.h5`, `.keras` and TF.js share it.
 *
 * @param serialized `{ class_name, config }`
 * @throws StriateError that names the layer
 */
export function parseKerasModel(serialized: unknown, options: ParseModelOptions): KerasModel {
  const model = objectOf(serialized, "the model's configuration");
  return new ModelParser(options, model).model(model, "", 0);
}

/** Whether `{ class_name, config }` describes a model rather than a layer. */
export function isModelConfig({ class_name: className, config }: Json): boolean {
  if (isChain(className) || className === "Functional" || className === "Model") return true;
  return isObject(config) && Array.isArray(config.layers) && "input_layers" in config;
}

/** A Pipeline is a Sequential model of preprocessing layers. */
const isChain = (className: unknown): boolean =>
  className === "Sequential" || className === "Pipeline";

class ModelParser {
  readonly #options: ParseModelOptions;
  /** What layers leave out of their configurations though the whole model depends on it. */
  readonly #unsaid: Json;

  constructor(options: ParseModelOptions, serialized: unknown) {
    this.#options = options;
    this.#unsaid = options.kerasVersion === 1 ? dimOrdering(serialized) : {};
  }

  /** @param path of the model inside the outermost one: `base/` */
  model(serialized: Json, path: string, depth: number): KerasModel {
    if (depth > maxDepth) throw new StriateError("models are nested too deeply");
    const config = serialized.config ?? serialized;
    const isSequential = Array.isArray(config) || isChain(serialized.class_name);
    if (isSequential) return this.#sequential(config, shapeOfBuild(serialized), path, depth);
    const record = objectOf(config, "the model's configuration");
    if (!Array.isArray(record.layers))
      throw new StriateError(
        `the model is of the class ${String(serialized.class_name)}, whose Python code is not in the file; ` +
          `export it as ONNX, or rebuild it as a functional model in Keras`,
      );
    return this.#functional(record, path, depth);
  }

  #sequential(config: unknown, built: unknown, path: string, depth: number): KerasModel {
    // Up to Keras 2.2.2 the configuration was the bare list of layers.
    const record = Array.isArray(config) ? {} : objectOf(config, "the model's configuration");
    const entries = listOf(Array.isArray(config) ? config : record.layers, "the model's layers");
    const layers = this.#layers(entries, path, depth);
    const first = layers[0];
    if (first === undefined) throw new StriateError("the model has no layers");
    if ((first.definition as unknown) !== inputLayer) {
      const known = record.build_input_shape ?? built ?? shapeOfBuild(entries[0] as Json) ?? null;
      layers.unshift(impliedInput(first, known));
    }
    return {
      className: "Sequential",
      name: typeof record.name === "string" ? record.name : "sequential",
      raw: without(record, "layers"),
      layers,
      calls: layers.slice(1).map((layer, i) => ({
        layer,
        index: 0,
        inputs: [{ layer: layers[i]!, call: 0, output: 0 }],
        kwargs: {},
      })),
      inputs: [{ layer: layers[0]!, call: 0, output: 0 }],
      outputs: [{ layer: layers.at(-1)!, call: 0, output: 0 }],
      kerasVersion: this.#options.kerasVersion,
    };
  }

  #functional(config: Json, path: string, depth: number): KerasModel {
    const entries = listOf(config.layers, "the model's layers").map((entry) =>
      objectOf(entry, "a layer of the model"),
    );
    const layers = this.#layers(entries, path, depth);
    return {
      className: "Functional",
      name: typeof config.name === "string" ? config.name : "model",
      raw: without(config, "layers", "input_layers", "output_layers"),
      layers,
      ...connectFunctional(config, entries, layers),
      kerasVersion: this.#options.kerasVersion,
    };
  }

  #layers(entries: readonly unknown[], path: string, depth: number): Layer[] {
    const taken = new Set<string>();
    return entries.map((entry) => {
      const layer = this.#layer(objectOf(entry, "a layer of the model"), path, depth);
      // Old Keras let names repeat; here they tell layers apart.
      const wanted = layer.name;
      for (let i = 1; taken.has(layer.name); i++) layer.name = `${wanted}_${i}`;
      taken.add(layer.name);
      return layer;
    });
  }

  #layer(entry: Json, path: string, depth: number): Layer {
    const className = lookUpName(entry);
    const config = isObject(entry.config) ? entry.config : {};
    const own = entry.name ?? config.name;
    const name = typeof own === "string" && own !== "" ? own : className.toLowerCase();
    if (isModelConfig(entry)) return this.#nested(entry, name, path, depth);
    const replaced =
      this.#options.replace?.[path + name] ?? this.#options.replace?.[name] ?? undefined;
    const known = knownOr(() => {
      refuseQuantised(config.dtype);
      return definitionFor(className, name, replaced);
    });
    if (typeof known === "string") return this.#leftOut(entry, className, name, known);
    const definition = known;
    const plain = { ...this.#unsaid, ...(withoutTuples(config) as Json) };
    const layer: Layer = parseLayer(definition, name, plain, this.#options.kerasVersion);
    layer.raw = { ...config };
    layer.beside = besides(entry);
    if (entry.class_name !== definition.className) layer.sourceClass = String(entry.class_name);
    layer.unavailable = replaced === undefined ? faultInside(definition, plain, name) : undefined;
    // A wrapper holds a layer, or a whole model.
    if (isObject(plain.layer) && isModelConfig(plain.layer))
      layer.model = this.model(plain.layer, `${path}${name}/`, depth + 1);
    return layer;
  }

  /** A layer that nobody knows: the model is opened without it, and without what needs it. */
  #leftOut(entry: Json, className: string, name: string, why: string): Layer {
    return {
      name,
      className,
      definition: identity(className),
      config: {},
      raw: isObject(entry.config) ? { ...entry.config } : {},
      beside: besides(entry),
      weights: new Map(),
      unavailable: why,
    };
  }

  #nested(entry: Json, name: string, path: string, depth: number): Layer {
    const model = this.model(entry, `${path}${name}/`, depth + 1);
    return {
      name,
      className: model.className,
      config: { trainable: true },
      raw: isObject(entry.config) ? { ...entry.config } : {},
      beside: besides(entry),
      weights: new Map(),
      model,
      ...(entry.class_name === model.className ? {} : { sourceClass: String(entry.class_name) }),
    };
  }
}

/**
 * Keras 3 keeps quantised weights as integers with scales of their own. Their policies have many classes
 * and one thing in common: a mode, or as a name `int8_from_float32`.
 */
function refuseQuantised(dtype: unknown): void {
  const config = isObject(dtype) && isObject(dtype.config) ? dtype.config : {};
  const mode =
    typeof dtype === "string" ? /^(\w+?)_from_\w+$/.exec(dtype)?.[1] : (config.mode ?? undefined);
  if (mode === undefined) return;
  throw new UnsupportedError(
    `its weights are quantised (${String(mode)}), which is not supported; open the model as it was before that`,
  );
}

/** What is made, or why it cannot be. */
function knownOr<T>(work: () => T): T | string {
  try {
    return work();
  } catch (error) {
    if (error instanceof UnsupportedError) return error.message;
    throw error;
  }
}

/** Why a layer of a class that is known cannot be run: the layer that it wraps, or its function. */
function faultInside(definition: LayerDefinition, config: Json, name: string): string | undefined {
  const inner = [config.layer, config.backward_layer].filter(isObject);
  for (const entry of inner) {
    if (isModelConfig(entry)) continue;
    const found = knownOr(() => definitionFor(lookUpName(entry), name, undefined));
    if (typeof found === "string") return found;
  }
  const { activation } = config;
  if (activation !== undefined && activation !== null && !isKnownActivation(activation))
    return `its activation ${JSON.stringify(activation).slice(0, 80)} is not known`;
  const isFunction = definition.className === "TFOpLambda" && typeof config.function === "string";
  if (isFunction && !functionNames().includes(config.function as string))
    return `the function tf.${config.function as string} is not known`;
  return undefined;
}

/**
 * The order of the axes that a Keras 1 model goes by. It was a setting of the machine, and Keras 1.0
 * wrote it down for some layers only (not for UpSampling2D): the others follow them.
 */
function dimOrdering(serialized: unknown): Json {
  const found = /"dim_ordering":"(th|tf)"/.exec(JSON.stringify(serialized))?.[1];
  return found ? { dim_ordering: found } : {};
}

/** What a file says of a layer beside its configuration: `module`, `build_config`. */
function besides(entry: Json): Json {
  return without(entry, "class_name", "config", "name", "inbound_nodes");
}

/** The shape that `build` was called with, as Keras 2.13 and later keep it beside a layer. */
const shapeOfBuild = ({ build_config: build }: Json): unknown =>
  isObject(build) ? build.input_shape : undefined;

/**
 * The input layer of a Sequential model that does not spell it out.
 *
 * @param built the shape that the model was built with, where the file says it
 */
function impliedInput(first: Layer, built: unknown): Layer {
  const { raw } = first;
  const shape =
    raw.batch_input_shape ??
    raw.batch_shape ??
    first.model?.inputs[0]?.layer.config.batch_shape ??
    built;
  const config = { batch_shape: withoutTuples(shape), dtype: raw.dtype ?? "float32" };
  return parseLayer(inputLayer as unknown as LayerDefinition, `${first.name}_input`, config, 3);
}
