import { UnsupportedError } from "../../base/errors.ts";
import { commonFields, defineLayer, type LayerDefinition } from "../../layers/define-layer.ts";
import { findLayer } from "../../layers/index.ts";
import type { ReadModelOptions } from "../format.ts";
import { type Json, isObject } from "./json.ts";

/** Classes whose configuration is Python code. It is never run. */
const codeClasses = new Set(["Lambda"]);

/**
 * Whether a layer of a file is an operation of Keras 3 (`x + y`, `ops.mean(x)`): these have classes
 * named like layers (`Add`), told apart by their module. Where Keras 3 writes an .h5 it leaves the module
 * out; then what tells is that only layers can be trained and have a dtype.
 */
export function isOperation({ module, class_name, config, inbound_nodes }: Json): boolean {
  if (typeof module === "string") return /^keras\.(src\.)?ops\b/.test(module);
  const [call] = Array.isArray(inbound_nodes) ? (inbound_nodes as unknown[]) : [];
  const isOfKeras3 = isObject(call) && "args" in call;
  if (!isOfKeras3 || !isObject(config) || "trainable" in config || "dtype" in config) return false;
  return findLayer(`ops.${String(class_name)}`) !== undefined;
}

/** The name by which the layer of a file is looked up: `Conv2D`, and `ops.Add` for an operation. */
export function lookUpName(entry: Json): string {
  const className = typeof entry.class_name === "string" ? entry.class_name : "?";
  return isOperation(entry) ? `ops.${className}` : className;
}

/**
 * How a layer of a file works: the definition of its class, or the stand-in that the user named.
 *
 * @throws UnsupportedError for an unknown class, and for one that holds Python code
 */
export function definitionFor(
  className: string,
  name: string,
  replacement: NonNullable<ReadModelOptions["replace"]>[string] | undefined,
): LayerDefinition {
  if (replacement === "identity") return identity(className);
  if (replacement !== undefined) return replacement;
  const advice = `give a stand-in to run the network without it (--replace ${name}=identity), or a layer of your own in TypeScript`;
  if (codeClasses.has(className))
    throw new UnsupportedError(`is Python code, which striate never runs; ${advice}`);
  const known = findLayer(className);
  if (known) return known;

  throw new UnsupportedError(`this layer class is not known; ${advice} (registerLayer)`);
}

/** A layer that passes its input on. */
export function identity(className: string): LayerDefinition {
  return defineLayer({
    className,
    kind: "other",
    fields: commonFields,
    outputShape: (_, [input]) => input!,
    lower: ({ inputs }) => inputs[0]!,
  }) as unknown as LayerDefinition;
}
