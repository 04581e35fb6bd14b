import { StriateError } from "../../base/errors.ts";
import type { ExternalData } from "../../graph/protobuf/read-tensor.ts";
import type { OpenSource } from "../open-source.ts";

/**
 * Fetches the other files of a model, and returns the function that cuts a tensor out of them.
 *
 * @param locations paths as the model writes them
 * @throws StriateError naming the path when a file is missing or lies outside the model's folder
 * @see https://onnx.ai/onnx/repo-docs/ExternalData.html
 */
export async function externalReader(
  source: OpenSource,
  locations: readonly string[],
): Promise<(place: ExternalData) => Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const location of locations) {
    if (leadsOut(location))
      throw new StriateError(
        `${source.name}: its data is said to lie in "${location}", outside the model's folder, and is not read`,
      );
    files.set(location, await source.sibling(location));
  }
  return ({ location, offset, length }) => {
    const bytes = files.get(location)!;
    const end = length === undefined ? bytes.length : offset + length;
    if (offset > end || end > bytes.length)
      throw new StriateError(
        `its data should be bytes ${offset} to ${end} of "${location}", which has ${bytes.length}`,
      );
    // A view; but whoever computes with it takes its memory, and many tensors may lie in one place.
    source.budget.take(end - offset, `its data in "${location}"`);
    return bytes.subarray(offset, end);
  };
}

/** Whether a path could name a file outside the folder that it is relative to, on any system. */
export function leadsOut(path: string): boolean {
  const parts = path.split(/[/\\]/);
  return (
    parts[0] === "" || /^[a-z][a-z0-9+.-]*:/i.test(path) || parts.includes("..") || /\0/.test(path)
  );
}
