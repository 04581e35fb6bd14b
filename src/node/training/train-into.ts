import type { PictureTraining } from "../../api/picture-training.ts";
import { StriateError, isBug, messageOf } from "../../base/errors.ts";
import { trainedModel } from "../../train/trained-model.ts";
import { DivergedError } from "./divergence.ts";
import { saveTraining } from "./save-training.ts";
import { type TrainingRunOptions, type TrainingRunResult, runTraining } from "./training-run.ts";

export interface TrainIntoOptions extends Omit<TrainingRunOptions, "checkpoint"> {
  /** Behind the name on the picture of the curves. */
  subtitle: string;
}

/** How a training ended: with files, or early and to be gone on with. */
export type TrainIntoResult =
  | { written: string[]; stopped?: undefined }
  | { written?: undefined; stopped: NonNullable<TrainingRunResult["stopped"]>; checkpoint: string };

/**
 * Trains, keeps a checkpoint beside the model file, and writes the model with its curves when it is done. An
 * optimizer that is the file's own goes on where it stopped.
 *
 * @param out the model file
 * @throws StriateError that says where the weights are, when a training fails that had begun
 */
export async function trainInto(
  out: string,
  { opened, trainer, training, validation, optimizer }: PictureTraining,
  { subtitle, ...options }: TrainIntoOptions,
): Promise<TrainIntoResult> {
  const checkpoint = `${out}.checkpoint`;
  if (optimizer.fromFile && opened.optimizer && !options.resume)
    await trainer.restoreOptimizer(opened.optimizer);
  try {
    const { history, stopped } = await runTraining(trainer, training, {
      ...(validation && { validationData: validation }),
      ...options,
      checkpoint,
    }).catch((error: unknown) => {
      if (trainer.iterations === 0 || isBug(error) || error instanceof DivergedError) throw error;
      throw new StriateError(
        `${messageOf(error)}; what was trained before it is in ${checkpoint}`,
        {
          cause: error,
        },
      );
    });
    if (stopped) return { stopped, checkpoint };
    trainer.notes.history = history.after(opened.network.history).toJSON();
    return { written: await saveTraining(out, await trainedModel(trainer), history, subtitle) };
  } finally {
    await trainer.close();
  }
}
