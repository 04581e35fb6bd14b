import { StriateError } from "../../base/errors.ts";
import { commonFields, defineLayer, type LayerDefinition } from "../../layers/define-layer.ts";
import { findLayer } from "../../layers/index.ts";
import type { ReadModelOptions } from "../format.ts";
import type { Json } from "./json.ts";

/** Classes whose configuration is Python code. It is never run. */
const codeClasses = new Set(["Lambda"]);

/**
 * Whether a layer of a file is an operation of Keras 3 (`x + y`, `ops.mean(x)`): these have classes
 * named like layers (`Add`), told apart by their module only.
 */
export function isOperation({ module }: Json): boolean {
  return typeof module === "string" && /^keras\.(src\.)?ops\b/.test(module);
}

/** The name by which the layer of a file is looked up: `Conv2D`, and `ops.Add` for an operation. */
export function lookUpName(entry: Json): string {
  const className = typeof entry.class_name === "string" ? entry.class_name : "?";
  return isOperation(entry) ? `ops.${className}` : className;
}

/**
 * How a layer of a file works: the definition of its class, or the stand-in that the user named.
 *
 * @throws StriateError for an unknown class, and for one that holds Python code
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
    throw new StriateError(
      `${className} "${name}" is Python code, which striate never runs; ${advice}`,
    );
  const known = findLayer(className);
  if (known) return known;

  throw new StriateError(
    `${className} "${name}": this layer class is not known; ${advice} (registerLayer)`,
  );
}

/** A layer that passes its input on. */
function identity(className: string): LayerDefinition {
  return defineLayer({
    className,
    kind: "other",
    fields: commonFields,
    outputShape: (_, [input]) => input!,
    lower: ({ inputs }) => inputs[0]!,
  }) as unknown as LayerDefinition;
}
