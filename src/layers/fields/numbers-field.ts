import { StriateError } from "../../base/errors.ts";
import { type Field, describe, field } from "../../base/fields.ts";

/**
 * A number of a configuration, however the file wraps it: bare, as NumPy scalars that Keras 2.0
 * (`{ type: "ndarray", value }`) and Keras 3 (`{ class_name: "__numpy__", config }`) wrote, or as text.
 */
export function unwrapNumpy(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const record = value as {
    type?: unknown;
    value?: unknown;
    class_name?: unknown;
    config?: unknown;
  };
  if (record.type === "ndarray") return record.value;
  if (record.class_name === "__numpy__" || record.class_name === "__tensor__")
    return (record.config as { value?: unknown } | null)?.value;
  return value;
}

type Optional<T> = Field<T> & { readonly required: false };

/** A number, bare or wrapped. */
export function scalarField(fallback: number): Optional<number> {
  const inner = field.number(fallback);
  return { ...inner, required: false, parse: (value) => inner.parse(unwrapNumpy(value)) };
}

/** A number, or null for "none". */
export function scalarOrNullField(fallback: number | null = null): Optional<number | null> {
  const inner = field.nullable(field.number());
  return { ...inner, fallback, parse: (value) => inner.parse(unwrapNumpy(value)) };
}

/** A number or a (nested) list of numbers; null for "none". */
export type Numbers = number | readonly Numbers[];

/** Numbers in any shape, bare or wrapped. */
export function numbersField(fallback: Numbers | null = null): Optional<Numbers | null> {
  return {
    kind: "json",
    required: false,
    fallback,
    parse(value) {
      const bare = unwrapNumpy(value);
      if (bare !== null && !isNumbers(bare))
        throw new StriateError(`expected numbers, got ${describe(value)}`);
      return bare;
    },
  };
}

function isNumbers(value: unknown): value is Numbers {
  return typeof value === "number" || (Array.isArray(value) && value.every(isNumbers));
}

/** The lengths of nested lists; an error where they are ragged. */
export function shapeOfNumbers(value: Numbers): number[] {
  if (typeof value === "number") return [];
  const inner = value.map(shapeOfNumbers);
  if (inner.some((shape) => shape.join() !== inner[0]!.join()))
    throw new StriateError("a list of numbers is ragged");
  return [value.length, ...(inner[0] ?? [])];
}

/** The numbers of nested lists, in row-major order. */
export function flattenNumbers(value: Numbers): number[] {
  return typeof value === "number" ? [value] : value.flatMap(flattenNumbers);
}
