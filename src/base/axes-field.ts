import { type Field, field } from "./fields.ts";

/** An axis, or a list of axes. */
export type Axes = number | readonly number[];

/** The `axis` of a layer, a number or a list. */
export function axesField(fallback: Axes): Field<Axes> & { readonly required: false } {
  const one = field.int();
  const parse = (value: unknown): Axes =>
    Array.isArray(value) ? value.map((each) => one.parse(each)) : one.parse(value);
  return { kind: "json", required: false, fallback, parse };
}

/** An axis, a list of axes, or null for none; null by default. */
export function axesOrNullField(): Field<Axes | null> & { readonly required: false } {
  return { ...field.nullable(axesField([])), fallback: null };
}
