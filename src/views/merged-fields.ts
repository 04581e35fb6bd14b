import { type Field, type Fields, describe } from "../base/fields.ts";
import type { AnyView } from "./define-view.ts";

/**
 * The questions and looks of several views as the flags of one command. Views may share a flag and differ
 * in its default: what nobody gave is left to each of them.
 */
export function mergedFields(views: readonly AnyView[]): Fields {
  const owners = new Map<string, { view: AnyView; field: Field<unknown> }[]>();
  for (const view of views)
    for (const [key, field] of Object.entries({ ...view.asks, ...view.shows }))
      owners.set(key, [...(owners.get(key) ?? []), { view, field }]);
  return Object.fromEntries(
    [...owners].map(([key, owning]) => {
      const { field } = owning[0]!;
      const of =
        owning.length < views.length ? `; of ${owning.map(({ view }) => view.id).join(", ")}` : "";
      const same = owning.every((each) => each.field.fallback === field.fallback);
      const standard =
        same && field.kind !== "boolean" && field.fallback
          ? ` [${describe(field.fallback).replaceAll('"', "")}]`
          : "";
      const parse = (value: unknown): unknown =>
        fromFile.has(field.kind) ? value : parsedBySome(owning, value);
      // A boolean's default says how its flag is called.
      const fallback = field.kind === "boolean" ? field.fallback : undefined;
      const help = `${field.help ?? ""}${of}${standard}`;
      return [key, { ...field, parse, fallback, required: false, help }];
    }),
  );
}

/** Kinds that the command line has as a file's name, which is read before the view parses it. */
const fromFile: ReadonlySet<Field<unknown>["kind"]> = new Set(["tensor", "network"]);

/** The value where one of the fields takes it; else the first field's complaint. */
function parsedBySome(owning: readonly { field: Field<unknown> }[], value: unknown): unknown {
  let complaint: unknown;
  for (const { field } of owning)
    try {
      return field.parse(value);
    } catch (error) {
      complaint ??= error;
    }
  throw complaint;
}
