import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, extname, join } from "node:path";
import { StriateError, messageOf } from "../../base/errors.ts";
import type { OpenedModel } from "../../formats/format.ts";
import { drawHistory } from "../../views/history/draw-history.ts";
import type { History } from "../../model/history.ts";
import { writeFileAtomic } from "../files/write-files.ts";
import { saveModel } from "../files/save-model.ts";
import { writePng } from "../../api/write-picture.ts";

/** Where a training reports, beside its model file: as JSON, as CSV and as a picture of the curves. */
export function historyFiles(path: string): readonly [json: string, csv: string, png: string] {
  const stem = path.slice(0, path.length - extname(path).length);
  return [`${stem}.history.json`, `${stem}.history.csv`, `${stem}.history.png`];
}

/**
 * Writes a trained model, and beside it what its training reported: as JSON, as CSV, and as a picture
 * of the curves.
 *
 * @param subtitle behind the name on the picture
 * @returns the paths that were written
 * @throws StriateError when the model cannot be written there; then it is in a folder of temporary
 * files, which the message names
 */
export async function saveTraining(
  path: string,
  model: OpenedModel,
  history: History,
  subtitle: string,
): Promise<string[]> {
  await saveSomewhere(path, model);
  const [json, csv, png] = historyFiles(path);
  await writeFileAtomic(json, `${JSON.stringify(history, null, 1)}\n`);
  await writeFileAtomic(csv, history.toCsv());
  await writePng(png, drawHistory(history, { title: basename(path), subtitle }));
  return [path, json, csv, png];
}

async function saveSomewhere(path: string, model: OpenedModel): Promise<void> {
  try {
    await saveModel(path, model);
  } catch (error) {
    const spare = join(await mkdtemp(join(tmpdir(), "striate-")), basename(path));
    const saved = await saveModel(spare, model).then(
      () => true,
      () => false,
    );
    if (!saved) throw error;
    throw new StriateError(`${messageOf(error)}; the trained model is in ${spare}`, {
      cause: error,
    });
  }
}
