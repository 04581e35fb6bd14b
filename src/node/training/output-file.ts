import { counted } from "../../base/counted.ts";
import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, extname } from "node:path";
import { StriateError } from "../../base/errors.ts";
import { namedDataset } from "../../data/named-datasets.ts";
import { checkEnding } from "../../formats/check-ending.ts";
import { lock } from "../files/lock.ts";
import { isOurs, refuseForeign } from "../files/may-replace.ts";
import { historyFiles } from "./save-training.ts";
import { epochsDone } from "./training-run.ts";

/**
 * Where a training on a data set writes its model: `photos.h5` of `data/photos.zip`.
 *
 * @param ending of the kind of file that is written
 */
export function trainedModelFile(data: string, ending: string): string {
  const stemOf = (name: string) => name.slice(0, name.length - extname(name).length);
  const known = namedDataset(data)?.modelFile;
  const stem = stemOf(known ?? basename(data.replace(/[/\\]+$/, "")));
  return `${stem || "model"}${ending}`;
}

/**
 * Works while no other training may write to a model file.
 *
 * @param out the model file
 * @param how.resume whether the training that is there goes on
 * @param how.force whether whatever is there may be replaced
 * @throws StriateError when nothing can be written there, somebody trains into it, or what is there is not to be
 * replaced: another's file, a model of more epochs
 */
export async function whileLocked<T>(
  out: string,
  how: { epochs: number; resume: boolean; force: boolean },
  work: () => Promise<T>,
): Promise<T> {
  checkEnding(out);
  if ((await stat(out).catch(() => undefined))?.isDirectory())
    throw new StriateError(`${out}: expected a name for the model file, it is a folder`);
  const release = await lock(
    `${out}.lock`,
    (pid) =>
      new StriateError(
        `${out}: process ${pid} is training into it; wait for it, or give another name by --out`,
      ),
  );
  try {
    if (!how.force) await refuseOthers(out);
    if (!how.force && !how.resume) await refuseLess(out, how.epochs);
    return await work();
  } finally {
    await release();
  }
}

/** Refuses to replace what striate did not write, and what another training reported. */
async function refuseOthers(out: string): Promise<void> {
  const own = [out, `${out}.checkpoint`];
  await refuseForeign(own.map((path) => ({ path, bytes: "" })));
  if ((await Promise.all(own.map(isOurs))).some(Boolean)) return;
  // What a training reports cannot always bear a mark, and belongs to the model file beside it.
  const report = historyFiles(out).find((path) => existsSync(path));
  if (report !== undefined)
    throw new StriateError(
      `${report}: is there already, and not of a training into ${basename(out)}, which is not there; ` +
        `give the model another name, or --force to replace it`,
    );
}

/** A model that took many epochs is not replaced by one of fewer, nor one of which nobody knows it. */
async function refuseLess(out: string, epochs: number): Promise<void> {
  if (!existsSync(out)) return;
  const done = await epochsDone(`${out}.checkpoint`);
  if (done === undefined)
    throw new StriateError(
      `${out}: is a model, and no ${basename(out)}.checkpoint beside it says how long it was trained; ` +
        `--force replaces it, --out gives the new one another name`,
    );
  if (done > epochs)
    throw new StriateError(
      `${out}: is a model of ${counted(done, "epoch")}, this training is to have ${epochs}; --resume goes on with it, ` +
        `--force replaces it, --out gives the new one another name`,
    );
}
