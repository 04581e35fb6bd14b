import { pushAll } from "../../base/extremes.ts";
import { realpath, rm, rmdir } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { maybeReadText } from "./files.ts";
import { refuseForeignIn } from "./may-replace.ts";
import { type OutputFile, writeFolder } from "./write-files.ts";

/** Bytes of pictures that wait, so that a run that fails early has written nothing. */
const mostWaiting = 1 << 28;

/**
 * A folder with pictures and the report that names them. A second run leaves nothing of the first one behind:
 * pictures that the old report names, and that are made no more, go with it.
 */
export class PictureFolder {
  readonly #folder: string;
  readonly #report: string;
  readonly #force: boolean;
  readonly #old: Promise<readonly string[]>;
  readonly #made = new Set<string>();
  #waiting: OutputFile[] = [];

  /** @param report the name of the report, a JSON file */
  constructor(folder: string, report: string, force: boolean) {
    this.#folder = folder;
    this.#report = report;
    this.#force = force;
    this.#old = reportedFiles(join(folder, report));
  }

  /** How many pictures there are. */
  get pictures(): number {
    return this.#made.size;
  }

  /** @throws StriateError when they would replace what striate did not write */
  async add(files: readonly OutputFile[]): Promise<void> {
    for (const { path } of files) this.#made.add(path);
    pushAll(this.#waiting, files);
    const bytes = this.#waiting.reduce((sum, file) => sum + file.bytes.length, 0);
    if (bytes > mostWaiting) await this.#write();
  }

  /** Writes what waits and the report, and removes what is stale. */
  async finish(report: string): Promise<void> {
    const old = await this.#old;
    this.#waiting.push({ path: this.#report, bytes: report });
    await this.#write();
    await removeStale(
      this.#folder,
      old.filter((path) => !this.#made.has(path)),
    );
  }

  async #write(): Promise<void> {
    const files = this.#waiting;
    if (!this.#force) await refuseForeignIn(this.#folder, files, this.#report);
    await writeFolder(this.#folder, files);
    this.#waiting = [];
  }
}

interface Report {
  readonly striate: string;
  readonly photos: readonly { layers?: readonly { file?: string | string[] | null }[] }[];
}

/** The pictures of an earlier run; none where there is no report, or striate did not write it. */
async function reportedFiles(report: string): Promise<readonly string[]> {
  try {
    const told = JSON.parse((await maybeReadText(report)) ?? "") as Partial<Report>;
    if (told.striate === undefined || !told.photos) return [];
    const files = told.photos.flatMap(({ layers = [] }) =>
      layers.flatMap(({ file }) => file ?? []),
    );
    return files.filter((file) => typeof file === "string");
  } catch {
    return [];
  }
}

/** A report may be a stranger's: nothing but pictures goes, and nothing that lies outside of the folder. */
async function removeStale(folder: string, files: readonly string[]): Promise<void> {
  const root = await realpath(folder);
  for (const file of files.filter((name) => /\.(png|svg)$/.test(name))) {
    let within = await realpath(dirname(join(folder, file))).catch(() => undefined);
    if (within === undefined || !`${within}${sep}`.startsWith(`${root}${sep}`)) continue;
    await rm(join(folder, file), { force: true }).catch(() => undefined);
    // A photo's folder, and that of its class, as long as they are empty.
    for (let empty = true; empty && within !== root; within = dirname(within))
      empty = await rmdir(within).then(
        () => true,
        () => false,
      );
  }
}
