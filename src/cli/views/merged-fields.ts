import { UsageError } from "../../base/errors.ts";
import { type Field, type Fields, describe } from "../../base/fields.ts";
import type { Tensor } from "../../base/tensor.ts";
import { readNpy } from "../../formats/npy.ts";
import { readFileBytes } from "../../node/files/files.ts";
import type { AnyView } from "../../views/define-view.ts";

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
        field.kind === "tensor" ? value : parsedBySome(owning, value);
      // A boolean's default says how its flag is called.
      const fallback = field.kind === "boolean" ? field.fallback : undefined;
      const help = `${field.help ?? ""}${of}${standard}`;
      return [key, { ...field, parse, fallback, required: false, help }];
    }),
  );
}

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

/** What was given of some fields; the rest takes the view's own default. Tensors are read from their files. */
export async function givenOf(
  fields: Fields,
  options: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const given: Record<string, unknown> = {};
  for (const [key, { kind }] of Object.entries(fields)) {
    const value = options[key];
    if (value === undefined) continue;
    given[key] = kind === "tensor" ? await readTensor(String(value)) : value;
  }
  return given;
}

async function readTensor(path: string): Promise<Tensor> {
  return readNpy(await readFileBytes(path), path);
}

/** @throws UsageError for a flag that no chosen view has */
export function checkTaken(
  views: readonly AnyView[],
  all: Fields,
  options: Readonly<Record<string, unknown>>,
): void {
  for (const [key, { fallback }] of Object.entries(all))
    if (options[key] !== fallback && !views.some(({ asks, shows }) => key in asks || key in shows))
      throw new UsageError(
        `--${key.replaceAll("_", "-")}: ${views.map(({ id }) => id).join(", ")} ${views.length === 1 ? "does" : "do"} not take it`,
      );
}
