import { appendFile, mkdir } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { StriateError, messageOf } from "../base/errors.ts";
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
import { checkEnding, saveModel } from "./files/save-model.ts";
import { writeFileAtomic } from "./files/write-files.ts";

/** What can be done while a model is trained: `model.fit(data, { callbacks: [callbacks.earlyStopping()] })`. */
export const callbacks = {
  earlyStopping,
  reduceLROnPlateau,
  learningRateScheduler,
  terminateOnNaN: (): Callback => terminateOnNaN((text) => void process.stderr.write(`${text}\n`)),

  /** Saves the model after each epoch, or when a number got better. */
  modelCheckpoint(options: ModelCheckpointOptions): Callback {
    checkEnding(options.path);
    return modelCheckpoint(options, async (path, run) =>
      saveModel(path, await trainedModel(run.trainer)),
    );
  },

  /** Writes one line an epoch into a file, which is begun anew unless `append` is given. */
  csvLogger(path: string, options: CsvLoggerOptions & { append?: boolean } = {}): Callback {
    const logger = csvLogger((text) => add(path, text), options);
    return {
      ...logger,
      onTrainBegin: () => (options.append ? undefined : writeFileAtomic(path, "")),
    };
  },

  /** Writes event files for TensorBoard, in the folders `train` and `validation` of `logDir`. */
  tensorBoard(logDir: string): Callback {
    const file = `events.out.tfevents.${Math.floor(Date.now() / 1000)}.${hostname()}`;
    return tensorBoard((run, bytes) => add(join(logDir, run, file), bytes));
  },
};

async function add(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await appendFile(path, content);
  } catch (error) {
    throw new StriateError(`${path}: cannot be written: ${messageOf(error)}`, { cause: error });
  }
}
