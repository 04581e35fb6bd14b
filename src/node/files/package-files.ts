import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { StriateError } from "../../base/errors.ts";

/**
 * The path of a file that comes with the package: the demo's model and photos. The package's folder is
 * looked for from this module upwards, since bundles and sources lie at different depths.
 */
export function packageFile(path: string): string {
  const file = join(packageRoot(), path);
  if (!existsSync(file))
    throw new StriateError(`${path} is missing from the package; install striate again`);
  return file;
}

function packageRoot(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const manifest = join(folder, "package.json");
    if (existsSync(manifest) && nameOf(manifest) === "striate") return folder;
    if (folder === dirname(folder)) throw new StriateError("the striate package is not whole");
  }
}

const nameOf = (manifest: string): unknown =>
  (JSON.parse(readFileSync(manifest, "utf8")) as { name?: unknown }).name;
