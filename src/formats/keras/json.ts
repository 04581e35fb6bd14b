import { StriateError } from "../../base/errors.ts";
import { describe } from "../../base/fields.ts";

/** A JSON object of a file that is not to be trusted. */
export type Json = Record<string, unknown>;

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value as an object. @throws StriateError naming `what` */
export function objectOf(value: unknown, what: string): Json {
  return isObject(value) ? value : fault(`${what}: expected a JSON object, got ${describe(value)}`);
}

/** The value as a list. @throws StriateError naming `what` */
export function listOf(value: unknown, what: string): readonly unknown[] {
  return Array.isArray(value)
    ? (value as unknown[])
    : fault(`${what}: expected a list, got ${describe(value)}`);
}

/** The value as text. @throws StriateError naming `what` */
export function textOf(value: unknown, what: string): string {
  return typeof value === "string"
    ? value
    : fault(`${what}: expected a text, got ${describe(value)}`);
}

function fault(message: string): never {
  throw new StriateError(message);
}

/**
 * Replaces the tuples of Keras' own serialization (`{ class_name: "__tuple__", items }`, also
 * `TensorShape`) by lists, at any depth.
 */
export function withoutTuples(value: unknown, depth = 0): unknown {
  if (depth > maxDepth) fault("a configuration is nested too deeply");
  if (Array.isArray(value)) return value.map((item) => withoutTuples(item, depth + 1));
  if (!isObject(value)) return value;
  const { class_name: name, items } = value;
  if ((name === "__tuple__" || name === "TensorShape") && Array.isArray(items))
    return items.map((item) => withoutTuples(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, withoutTuples(inner, depth + 1)]),
  );
}

/** The object without some of its keys. */
export function without(record: Json, ...keys: string[]): Json {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)));
}

/** Deeper than any model that a person built; a bound for recursion. */
export const maxDepth = 100;

/**
 * JSON for Python, which tells 1 from 1.0: the named keys are written as floats, for optimizers that
 * insist on them.
 */
export function pythonJson(value: unknown, floats: ReadonlySet<string>): string {
  const mark = "\u0000float ";
  const marked = JSON.stringify(value, (key, inner: unknown) =>
    floats.has(key) && Number.isInteger(inner) ? mark + String(inner) : inner,
  );
  return marked.replace(/"\\u0000float (-?\d+)"/g, "$1.0");
}
