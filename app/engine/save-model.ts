import { type Model, StriateError, convertModel } from "striate";

/** The bytes of a model file, as its ending says. */
export async function saveModel(
  model: Model,
  ending: string,
): Promise<{ name: string; bytes: Uint8Array }> {
  if (!/^\.(h5|keras|onnx)$/.test(ending))
    throw new StriateError(`expected .h5, .keras or .onnx, got "${ending}"`);
  const [file] = await convertModel(await model.contents(), `${model.name}${ending}`);
  return { name: file!.path, bytes: file!.bytes };
}
