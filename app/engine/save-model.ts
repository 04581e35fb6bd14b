import { type Model, StriateError, convertModel } from "striate";
import type { SavedFile } from "./protocol.ts";

/** The bytes of a model file, as its ending says. */
export async function saveModel(
  model: Model,
  ending: string,
  name = model.name,
): Promise<SavedFile> {
  if (!/^\.(h5|keras|onnx)$/.test(ending))
    throw new StriateError(`expected .h5, .keras or .onnx, got "${ending}"`);
  const [file] = await convertModel(await model.contents(), `${name}${ending}`);
  return { name: file!.path, bytes: file!.bytes };
}
