import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { byPathTails } from "../../../app/engine/path-tails.ts";
import type { FileSet } from "../../data/files/file-set.ts";
import { readManifest } from "../../runs/manifest.ts";
import { openFiles } from "../datasets/open-files.ts";

/** Files of a run's results that the page reads; shards and sheets are not among them. */
export const isResultFile = (path: string): boolean =>
  /(^|[/\\])((census|embed)\.json|[a-z]+\.parquet)$/.test(path) && !/(^|[/\\])run[/\\]/.test(path);

/** Folders with results: this one, or those in it. */
function resultFolders(path: string): string[] {
  const isFolder = (at: string) => statSync(at, { throwIfNoEntry: false })?.isDirectory() === true;
  if (!isFolder(path)) return [];
  const inside = readdirSync(path).map((name) => join(path, name));
  return [path, ...inside.filter(isFolder)].filter((folder) =>
    ["census.json", "embed.json"].some((name) => existsSync(join(folder, name))),
  );
}

/** Whether a folder holds what `striate census` or `striate embed` wrote. */
export const holdsResults = (path: string): boolean => resultFolders(path).length > 0;

/** Of no larger a file is one photo of a page. */
const largestPhoto = 2 ** 28;

/** The photos that the results in a folder were made of. Nothing but the files of that set is given out. */
export class NamedPhotos {
  readonly #files: FileSet | undefined;
  readonly #numbers: ReadonlyMap<string, number>;

  private constructor(files: FileSet | undefined) {
    this.#files = files;
    // The tables name a photo by its path in the set, of which the top may be left out.
    this.#numbers = byPathTails((files?.files ?? []).map(({ path }, i) => [path, i] as const));
  }

  /** Finds them by the run's manifest; none where they are not here, or come from the web. */
  static async of(folder: string | undefined): Promise<NamedPhotos> {
    for (const results of folder === undefined ? [] : resultFolders(folder))
      try {
        const manifest = readManifest(readFileSync(join(results, "run", "manifest.json"), "utf8"));
        const { source } = manifest.data;
        if (!/\.(txt|csv|tsv)$/i.test(source)) return new NamedPhotos(await openFiles(source));
      } catch {
        // Another folder's may be; without photos the tables stand for themselves.
      }
    return new NamedPhotos(undefined);
  }

  get count(): number {
    return this.#files?.files.length ?? 0;
  }

  /** The bytes of a photo and the ending of its name; undefined where the set has none of this path. */
  async read(path: string): Promise<{ bytes: Uint8Array; ending: string } | undefined> {
    const number = this.#numbers.get(path);
    if (number === undefined || this.#files!.files[number]!.size > largestPhoto) return undefined;
    return { bytes: await this.#files!.read(number), ending: extname(path).toLowerCase() };
  }

  async close(): Promise<void> {
    await this.#files?.close();
  }
}
