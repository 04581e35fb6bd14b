import { skippedWords } from "../many-photos.ts";
import { counted } from "../../base/counted.ts";
import { join } from "node:path";
import { PartlyFailedError } from "../../base/errors.ts";
import { Ledger } from "../../node/runs/ledger.ts";
import type { CommandIo } from "../command.ts";
import { isPageName } from "../page-file.ts";
import { type ManyOptions, conducted, refuseMany } from "./conducted.ts";
import type { PhotoCommand } from "./photo-command.ts";
import { type PhotoRunResult, planPhotoRun } from "./photo-run.ts";

interface PhotosOptions extends ManyOptions {
  readonly model: string;
  readonly out: string;
  readonly force: boolean;
  readonly input: readonly string[];
}

/**
 * A command over a folder of photos, shared out to several workers.
 *
 * @throws PartlyFailedError where photos could not be read: they are named and left out
 */
export async function runPhotosInShards(
  command: PhotoCommand,
  photos: readonly string[],
  options: PhotosOptions,
  io: CommandIo,
): Promise<void> {
  const { out, model, force, input } = options;
  if (input.length > 0) refuseMany("inputs by name are one photo's");
  if (photos.length !== 1) refuseMany("give one folder of photos, or one pattern, as photos/*.jpg");
  if (isPageName(out)) refuseMany("give a folder for --out; a page is made by one process");
  const given = options as unknown as Readonly<Record<string, unknown>>;
  const run = await planPhotoRun(command, model, photos[0]!, given, out);
  try {
    const ledger = await Ledger.begin(join(out, "run"), run.manifest, force);
    const result = await conducted(ledger, run, options, io);
    if (result) tellPhotos(result, run.manifest.photos, io);
  } finally {
    await run.close();
  }
}

/** Says what was written, and what was left out. @throws PartlyFailedError where something was */
export function tellPhotos(
  { report, pictures, skipped }: PhotoRunResult,
  photos: number,
  io: CommandIo,
): void {
  for (const { photo, reason } of skipped)
    io.err(`striate: skipped ${reason.startsWith(photo) ? reason : `${photo}: ${reason}`}`);
  io.out(`wrote ${counted(pictures, "picture")} of ${counted(photos, "photo")}, and ${report}`);
  if (skipped.length > 0) throw new PartlyFailedError(skippedWords(skipped.length, photos));
}
