import { StriateError } from "../../base/errors.ts";
import type { Callback, FitRun } from "./callback.ts";
import type { Logs } from "../../model/history.ts";
import { Monitor, type MonitorOptions } from "./monitor.ts";

export interface ModelCheckpointOptions extends MonitorOptions {
  /** The path; `{epoch}`, `{epoch:02d}` and `{val_loss:.2f}` are filled in. Epochs count from 1. */
  path: string;
  /** Whether to write only when the watched number got better. */
  saveBestOnly?: boolean;
  /** `"epoch"`, or a number of batches. */
  saveFreq?: "epoch" | number;
  /** What the first number must be better than, with `saveBestOnly`. */
  initialValueThreshold?: number;
}

/**
 * Saves the model as the training goes on.
 *
 * @param save writes the model of now to a path
 *
 * Source: https://keras.io/api/callbacks/model_checkpoint/
 */
export function modelCheckpoint(
  options: ModelCheckpointOptions,
  save: (path: string, run: FitRun) => Promise<void>,
): Callback {
  const { path, saveBestOnly = false, saveFreq = "epoch", initialValueThreshold } = options;
  const monitor = new Monitor(options);
  let best: number | null = initialValueThreshold ?? null;
  let [epoch, batches] = [0, 0];
  const write = async (logs: Logs, run: FitRun, batch?: number): Promise<void> => {
    if (saveBestOnly) {
      const value = monitor.read(logs);
      if (!monitor.improves(value, best, run)) return;
      best = value;
    }
    const places = { ...logs, epoch: epoch + 1, ...(batch !== undefined && { batch: batch + 1 }) };
    await save(fillPath(path, places), run);
  };
  return {
    onTrainBegin(run) {
      if (saveBestOnly) monitor.check(run, "modelCheckpoint");
    },
    onEpochBegin: (number) => void (epoch = number),
    async onBatchEnd(batch, logs, run) {
      if (saveFreq === "epoch" || ++batches % saveFreq !== 0) return;
      await write(logs, run, batch);
    },
    async onEpochEnd(_, logs, run) {
      if (saveFreq === "epoch") await write(logs, run);
    },
    state: () => ({ best, batches }),
    restore: (state) =>
      void ({ best, batches } = state as { best: number | null; batches: number }),
  };
}

/** Fills `{name:format}` as Python's `str.format` does, for the formats that file names use. */
export function fillPath(path: string, values: Readonly<Record<string, number>>): string {
  return path.replace(/\{(\w+)(?::([^}]*))?\}/g, (_, name: string, format = "") => {
    const value = values[name];
    if (value === undefined)
      throw new StriateError(
        `"${path}": nothing is reported under "${name}"; there are ${Object.keys(values).join(", ")}`,
      );
    const parts = /^(0?)(\d{0,2})(?:\.(\d{1,2})f|d)?$/.exec(format);
    if (!parts) throw new StriateError(`"${path}": the format "${format}" is not known`);
    const [, zero, width, digits] = parts;
    const text = digits === undefined ? String(value) : value.toFixed(Number(digits));
    // bounded: by two digits
    return text.padStart(Number(width), zero === "0" ? "0" : " ");
  });
}
