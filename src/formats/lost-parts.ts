import { leftOut } from "../model/lowering/left-out.ts";
import { formatFor } from "./check-ending.ts";
import type { OpenedModel } from "./format.ts";

/**
 * What a kind of file does not hold of a model, in words, though the rest of it can be written.
 *
 * @param name of the file: its ending says the kind
 */
export function lostParts(model: OpenedModel, name: string): string[] {
  return [...leftOut(model.network), ...(formatFor(name)?.writer.loses(model) ?? [])];
}
