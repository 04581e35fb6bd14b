import { StriateError } from "../base/errors.ts";
import { formatFor, targets } from "./check-ending.ts";
import type { OpenedModel, WrittenFile } from "./format.ts";

/**
 * Writes a model as another kind of file, which the name stands for: `.onnx`, `.h5`, `.keras`;
 * `model.json` is a TF.js model, any other `.json` the architecture alone, and `.npz` the weights alone.
 *
 * @param name without a folder
 * @returns the files, the first of which has the given name
 * @throws StriateError that says what the kind of file cannot hold
 */
export async function convertModel(model: OpenedModel, name: string): Promise<WrittenFile[]> {
  const format = formatFor(name);
  if (format) return format.writer.write(model, name);
  throw new StriateError(`${name}: is of no kind that can be written; use ${targets.join(", ")}`);
}
