import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { StriateError } from "../../base/errors.ts";
import { isLitter } from "../../data/files/litter.ts";
import { formats } from "../../formats/index.ts";

/** Files that say of the whole folder what model it is: TF.js, SavedModel, an unpacked `.keras`. */
const folderFiles = formats.flatMap(({ folderFile }) => folderFile ?? []);
/** Endings of files that are models by themselves. */
const modelEndings = formats.flatMap(({ extensions }) => extensions);
const isModel = (name: string) =>
  modelEndings.some((ending) => name.toLowerCase().endsWith(ending));
/** A version of TensorFlow Serving. */
const version = /^\d+$/;
/** What archives unpack to is seldom nested deeper. */
const mostLevels = 3;

/**
 * The model of a folder: what the whole folder is, or the one model file in it, or in the folders inside
 * where there is none. Of TensorFlow Serving's versions (`name/1/`) the newest is taken, as Serving does.
 *
 * @throws StriateError that says what there is to choose from
 */
export async function modelInFolder(folder: string): Promise<string> {
  let level = [folder];
  for (let depth = 0; depth < mostLevels && level.length > 0; depth++) {
    const listed = await Promise.all(level.map(listFolder));
    const found = listed.flatMap(({ models }) => models);
    if (found.length === 1) return found[0]!;
    if (found.length > 1)
      throw new StriateError(
        `${folder}: is a folder with ${found.length} models in it; name one of them: ${found.slice(0, 5).join(", ")}${found.length > 5 ? ", ..." : ""}`,
      );
    level = listed.flatMap(({ folders }) => folders);
  }
  throw new StriateError(
    `${folder}: is a folder without a model in it; name a model file, or a folder with a model.json or a saved_model.pb`,
  );
}

async function listFolder(folder: string): Promise<{ models: string[]; folders: string[] }> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const seen = entries.filter(({ name }) => !isLitter(name));
  const names = new Set(seen.map(({ name }) => name));
  const whole = folderFiles.find((name) => names.has(name));
  const files = seen.filter((entry) => !entry.isDirectory() && isModel(entry.name));
  const models = whole === undefined ? files.map(({ name }) => name) : [whole];
  const folders = seen.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const versions = folders.filter((name) => version.test(name)).sort((a, b) => +b - +a);
  const inner = versions.length > 0 ? versions.slice(0, 1) : folders;
  return {
    models: models.map((name) => join(folder, name)),
    folders: inner.map((name) => join(folder, name)),
  };
}
