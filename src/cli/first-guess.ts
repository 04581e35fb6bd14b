import type { Model } from "../api/model.ts";
import { StriateError } from "../base/errors.ts";
import type { PreprocessingChoice } from "../model/photo/photo-input.ts";
import { type ScalingGuess, scalingGuess } from "../views/detective/turns-over.ts";
import type { PhotoFile } from "./photos.ts";
import { readSubject } from "./read-input.ts";

/** How photos are scaled where the file does not say it: a guess, by the first photo that can be read. */
export async function guessOf(
  model: Model,
  photos: readonly PhotoFile[],
  choice: PreprocessingChoice,
  labels: readonly string[] | undefined,
): Promise<ScalingGuess | undefined> {
  for (const { path } of photos)
    try {
      const { photo } = await readSubject(model, path, choice, labels && { labels });
      return photo && (await scalingGuess(model.running, photo, choice, labels));
    } catch (error) {
      if (!(error instanceof StriateError)) throw error;
    }
  return undefined;
}
