import { UsageError } from "../../base/errors.ts";
import type { Field, Fields } from "../../base/fields.ts";
import type { Tensor } from "../../base/tensor.ts";
import { openModel } from "../../api/open-model.ts";
import { readNpy } from "../../formats/npy.ts";
import type { Network } from "../../model/network.ts";
import { readFileBytes } from "../../node/files/files.ts";
import type { AnyView } from "../../views/define-view.ts";

/**
 * What was given of some fields; the rest takes the view's own default. Tensors and networks are read from
 * their files.
 */
export async function givenOf(
  fields: Fields,
  options: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const given: Record<string, unknown> = {};
  for (const [key, { kind }] of Object.entries(fields)) {
    const value = options[key];
    if (value !== undefined) given[key] = await (readers[kind]?.(String(value)) ?? value);
  }
  return given;
}

/** Fields whose text on the command line is the name of a file. */
const readers: Partial<Record<Field<unknown>["kind"], (path: string) => Promise<unknown>>> = {
  tensor: async (path): Promise<Tensor> => readNpy(await readFileBytes(path), path),
  network: async (path): Promise<Network> => (await openModel(path)).network,
};

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
