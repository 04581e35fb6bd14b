import { StriateError } from "../base/errors.ts";
import type { Tensor } from "../base/tensor.ts";
import { type Attribute, type Graph, type GraphNode, nodeLabel } from "./graph.ts";

/**
 * What the builder takes as an attribute: a whole number becomes ONNX's INT, a list of whole numbers
 * INTS; a real number must be wrapped in `float`, since 1 and 1.0 are one thing in JavaScript
 * and two in ONNX.
 */
export type AttributeInput =
  number | string | readonly number[] | readonly string[] | Tensor | Graph | Attribute;

/** An attribute of type FLOAT. */
export const float = (value: number): Attribute => ({ kind: "float", value });
/** An attribute of type FLOATS. */
export const floats = (value: readonly number[]): Attribute => ({ kind: "floats", value });

export function toAttribute(input: AttributeInput): Attribute {
  if (typeof input === "number") {
    if (!Number.isInteger(input)) throw new StriateError(`attribute ${input}: wrap it in float()`);
    return { kind: "int", value: input };
  }
  if (typeof input === "string") return { kind: "string", value: input };
  if (Array.isArray(input))
    return typeof input[0] === "string"
      ? { kind: "strings", value: input as string[] }
      : { kind: "ints", value: input as number[] };
  if ("kind" in input) return input as Attribute;
  return "nodes" in input
    ? { kind: "graph", value: input as Graph }
    : { kind: "tensor", value: input as Tensor };
}

type Kind = Attribute["kind"];
type ValueOf<K extends Kind> = Extract<Attribute, { kind: K }>["value"];

/**
 * Reads an attribute of the expected kind; `fallback` is the default that the op's specification
 * gives. A wrong kind is an error that names the node.
 */
export function attribute<K extends Kind>(
  node: GraphNode,
  name: string,
  kind: K,
): ValueOf<K> | undefined;
export function attribute<K extends Kind, F>(
  node: GraphNode,
  name: string,
  kind: K,
  fallback: F,
): ValueOf<K> | F;
export function attribute<K extends Kind>(
  node: GraphNode,
  name: string,
  kind: K,
  fallback?: unknown,
): unknown {
  const found = node.attributes[name];
  if (found === undefined) return fallback;
  if (found.kind !== kind)
    throw new StriateError(
      `${nodeLabel(node)}: attribute "${name}" should be of type ${kind}, got ${found.kind}`,
    );
  return found.value;
}
