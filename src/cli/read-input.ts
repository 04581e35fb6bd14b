import { extname } from "node:path";
import { StriateError } from "../base/errors.ts";
import type { Tensor } from "../base/tensor.ts";
import type { ModelInput } from "../api/model-input.ts";
import type { Model } from "../api/model.ts";
import { describePreprocessing } from "../data/preprocess.ts";
import { readNpy } from "../formats/npy.ts";
import { readNpz } from "../formats/npz.ts";
import type { PreprocessingChoice } from "../model/photo-input.ts";
import { readFileBytes } from "../node/files/files.ts";
import { readPhoto } from "./photos.ts";

/**
 * The input of a command as a file: a photo, prepared as the model says; an `.npy`, or an `.npz` with one
 * array for each input, as they are.
 *
 * @returns what a model takes, and what was done to it in words
 */
export async function readInput(
  model: Model,
  path: string,
  choice: PreprocessingChoice,
): Promise<{ input: ModelInput; words: string }> {
  const ending = extname(path).toLowerCase();
  if (ending === ".npy")
    return { input: readNpy(await readFileBytes(path), path), words: `${path}, as it is` };
  if (ending === ".npz") {
    const arrays = await readNpz(await readFileBytes(path), path);
    return { input: feedsFrom(model, arrays, path), words: `${path}, as it is` };
  }
  const how = model.preprocessing(choice);
  const image = await readPhoto(path, { orient: how.orient, resize: how.resize });
  return { input: image, words: `${path}; ${describePreprocessing(how)}` };
}

function feedsFrom(
  model: Model,
  arrays: ReadonlyMap<string, Tensor>,
  path: string,
): Record<string, Tensor> {
  const ports = model.network.inputs;
  const only = arrays.size === 1 && ports.length === 1 ? [...arrays.values()][0] : undefined;
  return Object.fromEntries(
    ports.map(({ name }) => {
      const value = arrays.get(name) ?? only;
      if (value === undefined)
        throw new StriateError(
          `${path}: has no array "${name}" for the input of that name; it has ${[...arrays.keys()].join(", ")}`,
        );
      return [name, value];
    }),
  );
}
