import type { Callback } from "./callback.ts";
import type { Logs } from "../../model/history.ts";
import { encodeScalars, encodeVersion, toRecord } from "./tensorboard-event.ts";

/** Adds bytes to the event file of a run, `train` or `validation`. */
export type AppendEvents = (run: "train" | "validation", bytes: Uint8Array) => void | Promise<void>;

/**
 * Writes event files for TensorBoard: one scalar for each number an epoch reports, in the runs and under
 * the names that Keras uses (`epoch_loss` in `train` and in `validation`).
 *
 * @param now the time in milliseconds
 *
 * Source: https://keras.io/api/callbacks/tensorboard/
 */
export function tensorBoard(append: AppendEvents, now: () => number = Date.now): Callback {
  const begun = new Set<string>();
  const write = async (run: "train" | "validation", epoch: number, scalars: Logs) => {
    if (Object.keys(scalars).length === 0) return;
    const time = now() / 1000;
    if (!begun.has(run)) await append(run, toRecord(encodeVersion(time)));
    begun.add(run);
    await append(run, toRecord(encodeScalars(time, epoch, scalars)));
  };
  return {
    async onEpochEnd(epoch, logs, { trainer }) {
      const [train, validation]: [Logs, Logs] = [{}, {}];
      for (const [name, value] of Object.entries(logs))
        if (name.startsWith("val_")) validation[`epoch_${name.slice(4)}`] = value;
        else train[`epoch_${name}`] = value;
      train.epoch_learning_rate = trainer.learningRate;
      await write("train", epoch, train);
      await write("validation", epoch, validation);
    },
  };
}
