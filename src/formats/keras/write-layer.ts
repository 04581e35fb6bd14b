import { StriateError } from "../../base/errors.ts";
import { findLayer } from "../../layers/index.ts";
import type { KerasVersion } from "../../layers/keras-version.ts";
import { parseLayer } from "../../layers/layer.ts";
import type { Layer } from "../../model/model.ts";
import { type Json, isObject, without, withoutTuples } from "./json.ts";
import { dtypeName, goneClasses, idleKeys, newKeys, plainForKeras2 } from "./keras2-words.ts";

/** The dialects that are written: Keras 2's (`.h5`) and Keras 3's (`.keras`). */
export type Dialect = 2 | 3;

/**
 * A layer's configuration in the words of a dialect. In the dialect that it came in it stays as it
 * was, keys that we do not know included; in another one it is written from what we know of it.
 *
 * @throws StriateError when the dialect cannot say it
 */
export function layerConfig(layer: Layer, from: KerasVersion, to: Dialect): Json {
  if (layer.className === "InputLayer") return inputConfig(layer, to);
  checkMeaning(layer, from, to);
  // What Keras 3 wrote is near enough to Keras 2 to be edited; older words are parsed first.
  const config = from === 3 || from === to ? layer.raw : layer.config;
  const named = { ...config, name: layer.name };
  if (to === 3 && goneClasses.has(layer.className))
    throw new StriateError(
      `${layer.className} "${layer.name}": Keras 3 has no such layer; write an .h5 file instead`,
    );
  if (to === 3) return from === 3 ? named : toKeras3(layer, withNestedLayers(named, from, to));
  return toKeras2(layer, from === 1 ? withNestedLayers(named, from, to) : named, from);
}

function inputConfig({ name, config }: Layer, to: Dialect): Json {
  const shape = config.batch_shape;
  const dtype = dtypeName(config.dtype) ?? "float32";
  const key = to === 2 ? "batch_input_shape" : "batch_shape";
  return { [key]: shape, dtype, sparse: false, ragged: false, name };
}

/** `hard_sigmoid` is one function in Keras 1 and 2 and another one in Keras 3. */
function checkMeaning({ className, name, config }: Layer, from: KerasVersion, to: Dialect): void {
  if (from === 3 ? to === 3 : to === 2) return;
  const words = [config.activation, config.recurrent_activation].map(activationWord);
  if (words.includes("hard_sigmoid"))
    throw new StriateError(
      `${className} "${name}": hard_sigmoid means another function in Keras ${to}; ` +
        `write ${to === 2 ? "a .keras" : "an .h5"} file instead`,
    );
}

const activationWord = (value: unknown): unknown =>
  isObject(value) ? (value.class_name === "function" ? value.config : value.class_name) : value;

/** Layers inside a wrapper's configuration, in the words of the dialect. */
function withNestedLayers(config: Json, from: KerasVersion, to: Dialect): Json {
  const entries = Object.entries(config).map(([key, value]): [string, unknown] => {
    const isLayer = ["layer", "forward_layer", "backward_layer"].includes(key) && isObject(value);
    return [key, isLayer ? nestedLayer(value, from, to) : value];
  });
  return Object.fromEntries(entries);
}

function nestedLayer(value: Json, from: KerasVersion, to: Dialect): Json {
  const raw = isObject(value.config) ? (withoutTuples(value.config) as Json) : {};
  const name = String(raw.name ?? value.name ?? "layer");
  const definition = findLayer(String(value.class_name));
  if (definition === undefined)
    throw new StriateError(
      `${String(value.class_name)} "${name}": cannot be written in the words of Keras ${to}`,
    );
  const layer: Layer = parseLayer(definition, name, raw, from);
  return layerEntry(layer, layerConfig(layer, from, to), from, to);
}

/** What stands around a configuration: the class, and in Keras 3 the module that has it. */
export function layerEntry(layer: Layer, config: Json, from: KerasVersion, to: Dialect): Json {
  const className = (from === to ? layer.sourceClass : undefined) ?? layer.className;
  if (to === 2) return { class_name: className, config };
  const {
    module = "keras.layers",
    registered_name = null,
    ...beside
  } = from === 3 ? (layer.beside ?? {}) : {};
  return { module, class_name: className, config, registered_name, ...beside };
}

function toKeras2(layer: Layer, config: Json, from: KerasVersion): Json {
  const plain = plainForKeras2(layer.className, config) as Json;
  if (from !== 3) return plain;
  // Keras 2 wants the shapes that it was built with, and Keras 3 cannot read it in an .h5 file at all.
  if (layer.className === "MultiHeadAttention") cannotSay(layer, "what attention needs there");
  const added = newKeys(layer.className);
  for (const key of added) {
    const value = layer.config[key] ?? null;
    const old = layer.definition?.fields[key]?.fallback ?? null;
    const says = value !== null && value !== "channels_last" && !isSame(value, old);
    if (says) cannotSay(layer, `"${key}" of Keras 3`);
  }
  // What Keras 3 added later and left at null says nothing.
  const fields = layer.definition?.fields ?? {};
  const empty = Object.keys(plain).filter((key) => plain[key] === null && !(key in fields));
  const known = without(plain, ...added, ...empty);
  if (layer.className !== "LeakyReLU") return known;
  return { ...without(known, "negative_slope"), alpha: layer.config.negative_slope };
}

function cannotSay({ className, name }: Layer, what: string): never {
  throw new StriateError(
    `${className} "${name}": an .h5 file cannot hold ${what}; write a .keras file instead`,
  );
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function toKeras3(layer: Layer, config: Json): Json {
  const dtype = dtypeName(config.dtype);
  const plain = Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, withModule(key, value)]),
  );
  // A list of one axis is an axis.
  if (
    layer.className === "BatchNormalization" &&
    Array.isArray(plain.axis) &&
    plain.axis.length === 1
  )
    plain.axis = plain.axis[0];
  const idle = idleKeys[layer.className] ?? [];
  return { ...without(plain, "dtype", ...idle), ...(dtype ? { dtype } : {}) };
}

/** Initializers, regularizers and constraints have their module beside them in Keras 3. */
function withModule(key: string, value: unknown): unknown {
  const kind = /_(initializer|regularizer|constraint)$/.exec(key)?.[1];
  if (kind === undefined || !isObject(value) || typeof value.class_name !== "string") return value;
  const config = isObject(value.config) ? without(value.config, "dtype") : {};
  return {
    module: `keras.${kind}s`,
    class_name: value.class_name,
    config,
    registered_name: null,
  };
}
