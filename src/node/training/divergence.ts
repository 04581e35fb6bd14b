import { rm } from "node:fs/promises";
import { StriateError } from "../../base/errors.ts";
import type { Tensor } from "../../base/tensor.ts";
import type { Callback, FitRun } from "../../train/callbacks/callback.ts";
import type { TrainerState } from "../../train/trainer.ts";
import { maybeReadText } from "../files/files.ts";
import { writeFileAtomic } from "../files/write-files.ts";

/** Where a training diverged: a loss or weights that are no numbers any more. */
export interface Divergence {
  /** Counted from 1, as they are told. */
  epoch: number;
  batch: number;
  /** In words, as JSON has no NaN. */
  what: string;
  learningRate: number;
}

/** Watches the loss of each batch, and ends the training when it is no number. */
export function watchDivergence(): Callback & { readonly found: Divergence | undefined } {
  let epoch = 0;
  let found: Divergence | undefined;
  return {
    get found() {
      return found;
    },
    onEpochBegin: (number) => void (epoch = number),
    onBatchEnd(batch, { loss }, run) {
      if (loss === undefined || Number.isFinite(loss)) return;
      found = describe(run, epoch, batch + 1, `the loss is ${loss}`);
      run.stopTraining = true;
    },
  };
}

export const describe = (run: FitRun, epoch: number, batch: number, what: string): Divergence => ({
  epoch: epoch + 1,
  batch,
  what,
  learningRate: run.trainer.learningRate,
});

/** Whether all weights, and all that the optimizer keeps of them, are numbers. */
export function isFiniteState({ weights, slots }: TrainerState): boolean {
  const finite = (tensors: ReadonlyMap<string, Tensor>) =>
    [...tensors.values()].every(({ data }) => (data as Float32Array).every(Number.isFinite));
  return finite(weights) && [...slots.values()].every(finite);
}

/** The file that remembers a divergence until the training has come past it. */
const noteOf = (checkpoint: string): string =>
  checkpoint.replace(/\.checkpoint$/, "") + ".diverged";

export const noteDivergence = (checkpoint: string, found: Divergence): Promise<void> =>
  writeFileAtomic(noteOf(checkpoint), `${JSON.stringify(found)}\n`);

/** Removes the note, where there is one: a file of that name that is another's stays. */
export async function forgetDivergence(checkpoint: string): Promise<void> {
  if (await readDivergence(checkpoint))
    await rm(noteOf(checkpoint), { force: true }).catch(() => undefined);
}

/** How the training that a checkpoint is of went on, where it diverged. */
export async function readDivergence(checkpoint: string): Promise<Divergence | undefined> {
  try {
    const found = JSON.parse(
      (await maybeReadText(noteOf(checkpoint))) ?? "",
    ) as Partial<Divergence>;
    const { epoch, batch, what, learningRate } = found;
    return typeof learningRate === "number"
      ? { epoch: Number(epoch), batch: Number(batch), what: String(what), learningRate }
      : undefined;
  } catch {
    return undefined;
  }
}

/** A training that diverged; it says itself where its last good weights are. */
export class DivergedError extends StriateError {}

/** The sentence with which a training ends that diverged. */
export function diverged(found: Divergence, kept: string | undefined): DivergedError {
  const { epoch, batch, what, learningRate } = found;
  // A tenth, and none that no network learns with.
  const rate = Number(Math.min(learningRate / 10, 0.01).toPrecision(3));
  return new DivergedError(
    `the training diverged in epoch ${epoch}, batch ${batch}: ${what}; ` +
      (kept === undefined
        ? `nothing was written; begin again with a smaller learning rate, such as --lr ${rate}`
        : `the last good weights are in ${kept}, and no model was written; go on from there with a smaller ` +
          `learning rate, such as --resume --lr ${rate}`),
  );
}
