import { existsSync } from "node:fs";
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
import {
  describe,
  diverged,
  forgetDivergence,
  isFiniteState,
  noteDivergence,
  readDivergence,
  watchDivergence,
} from "./divergence.ts";
import { type TrainingFacts, differences, rateFact, refuseOther } from "./same-training.ts";

export interface TrainingRunOptions extends Omit<FitOptions, "shouldStop" | "checkpoint" | "from"> {
  /** Where the training is kept so that it can go on. */
  checkpoint: string;
  /** Whether to go on from the checkpoint. */
  resume?: boolean;
  /** Whether to go on although it was begun with something else. */
  force?: boolean;
  /** What the training was started with; it must be the same when it goes on. */
  about?: TrainingFacts;
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
 * checkpoint of before stays whole, as it does when the process is killed. Weights that are no numbers are
 * never written: a training that diverges ends, and its last good weights stay.
 *
 * @throws StriateError when there is no checkpoint to go on from, or it is that of another training; when
 *   the training diverges
 */
export async function runTraining(
  trainer: Trainer,
  data: TrainingData,
  options: TrainingRunOptions,
): Promise<TrainingRunResult> {
  const { checkpoint: path, resume, about = {}, notify, ...fitOptions } = options;
  const kept = resume ? await readCheckpoint(path, trainer, options) : undefined;
  if (kept) await trainer.writeState(kept.state);
  const signals = watchSignals(notify);
  const watch = watchDivergence();
  let found = undefined as ReturnType<typeof describe> | undefined;
  let written = kept !== undefined;
  let stopped: TrainingRunResult["stopped"];
  try {
    const history = await fit(trainer, data, {
      ...fitOptions,
      callbacks: [...(fitOptions.callbacks ?? []), watch],
      ...(kept && { from: kept.position, callbackWeights: kept.callbackWeights }),
      shouldStop: () => signals.received() !== undefined,
      checkpoint: async (run) => {
        const { epoch, batch } = run.position();
        found = watch.found;
        if (!found && !isFiniteState(await trainer.readState()))
          found = describe(
            run,
            batch === 0 ? epoch - 1 : epoch,
            batch || run.batches || 0,
            "weights are no numbers",
          );
        if (found) {
          run.stopTraining = true;
          return;
        }
        if (await keep(path, run, about, notify)) written = true;
        const signal = signals.received();
        if (signal && epoch < run.epochs) stopped = { signal, epoch, batch };
      },
    });
    if (found) {
      if (written) await noteDivergence(path, found).catch(() => undefined);
      throw diverged(found, written ? path : undefined);
    }
    await forgetDivergence(path);
    return { history, stopped };
  } finally {
    signals.release();
  }
}

/**
 * Writes the checkpoint. A disk that is full must not end the training: the next one may fit.
 * @returns whether it was written
 */
async function keep(
  path: string,
  run: FitRun,
  about: TrainingFacts,
  notify: (text: string) => void,
): Promise<boolean> {
  const bytes = encodeCheckpoint(await takeCheckpoint(run, about));
  try {
    await writeFileAtomic(path, bytes);
    return true;
  } catch (error) {
    notify(`no checkpoint was written: ${messageOf(error)}; the training goes on`);
    return false;
  }
}

async function readCheckpoint(
  path: string,
  trainer: Trainer,
  { about = {}, force, notify }: TrainingRunOptions,
): Promise<Checkpoint> {
  const bytes = await readFileBytes(path).catch((error: unknown) => {
    throw new StriateError(
      `there is no training to go on with: ${messageOf(error)}; leave --resume out to begin one`,
      { cause: error },
    );
  });
  const after = await readDivergence(path);
  return naming(path, async () => {
    const checkpoint = decodeCheckpoint(bytes);
    const changed = differences(checkpoint.about, about);
    const [rate] = changed.filter(({ name }) => name === rateFact);
    // Another rate is what a training needs that diverged with the one of before.
    const others = changed.filter(({ name }) => name !== rateFact || !after);
    if (force) {
      if (others.length > 0)
        notify(`the training was begun with ${others.map(({ words }) => words).join("; with ")}`);
    } else {
      refuseOther(others);
      if (after && about[rateFact] === after.learningRate)
        throw new StriateError(
          `with this learning rate the training diverges in epoch ${after.epoch}; give a smaller one by --lr`,
        );
    }
    await checkWeights(checkpoint, trainer);
    const { epoch } = checkpoint.position;
    if (after)
      notify(
        `the training diverged in epoch ${after.epoch}; it goes back to the weights of after epoch ${epoch}, ` +
          `${rate ? `with another learning rate: begun with ${rate.words}` : `with learning rate ${about[rateFact]}`}`,
      );
    if (rate) checkpoint.state.learningRate = null;
    return checkpoint;
  });
}

async function checkWeights(checkpoint: Checkpoint, trainer: Trainer): Promise<void> {
  for (const [address, { shape }] of await trainer.readWeights())
    if (!sameShape(shape, checkpoint.state.weights.get(address)?.shape ?? []))
      throw new StriateError(
        `the checkpoint is that of another network: its "${address}" has another shape or is missing`,
      );
}

/** How far the training has come that a checkpoint is of; undefined where there is none. */
export async function epochsDone(path: string): Promise<number | undefined> {
  if (!existsSync(path)) return undefined;
  try {
    return decodeCheckpoint(await readFileBytes(path)).position.epoch;
  } catch {
    return undefined;
  }
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
