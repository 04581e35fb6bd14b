import { StriateError, messageOf, naming } from "../../base/errors.ts";
import { sameShape } from "../../base/shape.ts";
import type { FitRun } from "../../train/callbacks/callback.ts";
import {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  takeCheckpoint,
} from "../../train/checkpoint.ts";
import { type FitOptions, fit } from "../../train/fit.ts";
import type { History } from "../../model/history.ts";
import type { Trainer } from "../../train/trainer.ts";
import type { TrainingData } from "../../train/data/training-data.ts";
import { readFileBytes } from "../files/files.ts";
import { writeFileAtomic } from "../files/write-files.ts";

export interface TrainingRunOptions extends Omit<FitOptions, "shouldStop" | "checkpoint" | "from"> {
  /** Where the training is kept so that it can go on. */
  checkpoint: string;
  /** Whether to go on from the checkpoint. */
  resume?: boolean;
  /** What the training was started with; it must be the same when it goes on. */
  about?: Record<string, string | number | boolean | null>;
  /** Says something that the user should know. */
  notify(text: string): void;
}

export interface TrainingRunResult {
  history: History;
  /** The signal that ended the training early, and where it stands. */
  stopped?: { signal: NodeJS.Signals; epoch: number; batch: number };
}

/**
 * Runs `fit` so that nothing is lost: a checkpoint is written after each epoch, when a step fails, and
 * when Ctrl-C or SIGTERM ends the training after its step. A second signal ends the process at once; the
 * checkpoint of before stays whole, as it does when the process is killed.
 *
 * @throws StriateError when there is no checkpoint to go on from, or it is that of another training
 */
export async function runTraining(
  trainer: Trainer,
  data: TrainingData,
  options: TrainingRunOptions,
): Promise<TrainingRunResult> {
  const { checkpoint: path, resume, about = {}, notify, ...fitOptions } = options;
  const kept = resume ? await readCheckpoint(path, trainer, about) : undefined;
  if (kept) await trainer.writeState(kept.state);
  const signals = watchSignals(notify);
  let stopped: TrainingRunResult["stopped"];
  try {
    const history = await fit(trainer, data, {
      ...fitOptions,
      ...(kept && { from: kept.position, callbackWeights: kept.callbackWeights }),
      shouldStop: () => signals.received() !== undefined,
      checkpoint: async (run) => {
        await keep(path, run, about, notify);
        const { epoch, batch } = run.position();
        const signal = signals.received();
        if (signal && epoch < run.epochs) stopped = { signal, epoch, batch };
      },
    });
    return { history, stopped };
  } finally {
    signals.release();
  }
}

/** Writes the checkpoint. A disk that is full must not end the training: the next one may fit. */
async function keep(
  path: string,
  run: FitRun,
  about: Record<string, unknown>,
  notify: (text: string) => void,
): Promise<void> {
  const bytes = encodeCheckpoint(await takeCheckpoint(run, about));
  try {
    await writeFileAtomic(path, bytes);
  } catch (error) {
    notify(`no checkpoint was written: ${messageOf(error)}; the training goes on`);
  }
}

async function readCheckpoint(
  path: string,
  trainer: Trainer,
  about: Record<string, unknown>,
): Promise<Checkpoint> {
  const bytes = await readFileBytes(path).catch((error: unknown) => {
    throw new StriateError(
      `there is no training to go on with: ${messageOf(error)}; leave --resume out to begin one`,
      { cause: error },
    );
  });
  return naming(path, async () => {
    const checkpoint = decodeCheckpoint(bytes);
    for (const [key, value] of Object.entries(about))
      if (checkpoint.about[key] !== value)
        throw new StriateError(
          `the training was begun with ${key} ${String(checkpoint.about[key])}, now it is ` +
            `${String(value)}; use the same to go on, or leave --resume out`,
        );
    const weights = await trainer.readWeights();
    for (const [address, { shape }] of weights)
      if (!sameShape(shape, checkpoint.state.weights.get(address)?.shape ?? []))
        throw new StriateError(
          `the checkpoint is that of another network: its "${address}" has another shape or is missing`,
        );
    return checkpoint;
  });
}

/** Remembers the first signal; the second one ends the process as if nobody had listened. */
function watchSignals(notify: (text: string) => void) {
  let first: NodeJS.Signals | undefined;
  const names = ["SIGINT", "SIGTERM"] as const;
  const release = () => names.forEach((name) => process.off(name, listen));
  const listen = (signal: NodeJS.Signals): void => {
    first = signal;
    release();
    notify("stopping after this step; once more ends at once, without a checkpoint of it");
  };
  names.forEach((name) => process.on(name, listen));
  return { received: () => first, release };
}
