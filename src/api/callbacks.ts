import { platform } from "#platform";
import { checkEnding } from "../formats/check-ending.ts";
import type { Callback } from "../train/callbacks/callback.ts";
import { type CsvLoggerOptions, csvLogger } from "../train/callbacks/csv-logger.ts";
import { earlyStopping } from "../train/callbacks/early-stopping.ts";
import { learningRateScheduler } from "../train/callbacks/learning-rate-scheduler.ts";
import {
  type ModelCheckpointOptions,
  modelCheckpoint,
} from "../train/callbacks/model-checkpoint.ts";
import { reduceLROnPlateau } from "../train/callbacks/reduce-lr-on-plateau.ts";
import { tensorBoard } from "../train/callbacks/tensorboard.ts";
import { terminateOnNaN } from "../train/callbacks/terminate-on-nan.ts";
import { trainedModel } from "../train/trained-model.ts";

/** What can be done while a model is trained: `model.fit(data, { callbacks: [callbacks.earlyStopping()] })`. */
export const callbacks = {
  earlyStopping,
  reduceLROnPlateau,
  learningRateScheduler,
  terminateOnNaN: (): Callback => terminateOnNaN((text) => platform.notify(text)),

  /** Saves the model after each epoch, or when a number got better. */
  modelCheckpoint(options: ModelCheckpointOptions): Callback {
    checkEnding(options.path);
    return modelCheckpoint(options, async (path, run) =>
      platform.saveModel(path, await trainedModel(run.trainer)),
    );
  },

  /** Writes one line an epoch into a file, which is begun anew unless `append` is given. */
  csvLogger(path: string, options: CsvLoggerOptions & { append?: boolean } = {}): Callback {
    const logger = csvLogger((text) => platform.appendFile(path, text, false), options);
    return {
      ...logger,
      onTrainBegin: () => (options.append ? undefined : platform.appendFile(path, "", true)),
    };
  },

  /** Writes event files for TensorBoard, in the folders `train` and `validation` of `logDir`. */
  tensorBoard(logDir: string): Callback {
    const file = `events.out.tfevents.${Math.floor(Date.now() / 1000)}.${platform.hostName()}`;
    return tensorBoard((run, bytes) =>
      platform.appendFile(`${logDir}/${run}/${file}`, bytes, false),
    );
  },
};
