import { readdirSync, statSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { StriateError } from "../../base/errors.ts";
import { reasonOf } from "../files/files.ts";
import { isResultFile } from "./named-run.ts";

interface Named {
  readonly path: string;
  readonly files: readonly { readonly path: string; readonly size: number }[];
  readonly isFolder: boolean;
}

/** The most files of a folder that are given to the page. */
const mostFiles = 1000;

/** What the command line named, a network, a photo, results: the only files of the user's that are given out. */
export class NamedFiles {
  readonly #named: Readonly<Record<string, Named | undefined>>;

  /** @throws StriateError where one is not there */
  constructor(paths: {
    readonly model?: string | undefined;
    readonly photo?: string | undefined;
    readonly results?: string | undefined;
  }) {
    this.#named = {
      model: named(paths.model),
      photo: named(paths.photo),
      results: named(paths.results, isResultFile),
    };
  }

  /** What there is, without the folders that it lies in. */
  about() {
    return Object.fromEntries(
      Object.entries(this.#named).flatMap(([what, found]) =>
        found ? [[what, { name: basename(found.path), files: namesOf(found) }] as const] : [],
      ),
    );
  }

  /** The path of one of the files of what was named; undefined where there is none. */
  path(what: string, index: number): string | undefined {
    const found = Object.hasOwn(this.#named, what) ? this.#named[what] : undefined;
    const file = found?.files[index];
    return file && (found!.isFolder ? join(found!.path, file.path) : found!.path);
  }

  /** @throws StriateError where nothing was named */
  source(what: "model" | "photo"): string {
    const found = this.#named[what];
    if (found === undefined) throw new StriateError(`no ${what} was named on the command line`);
    return found.path;
  }
}

/** Paths as a page has them of a folder that is dropped: with the folder's own name. */
const namesOf = ({ path, files, isFolder }: Named) =>
  files.map((file) => ({
    path: isFolder ? `${basename(path)}/${file.path.replaceAll("\\", "/")}` : file.path,
    size: file.size,
  }));

function named(path: string | undefined, isWanted = (_: string) => true): Named | undefined {
  if (path === undefined) return undefined;
  path = resolve(path);
  try {
    const stat = statSync(path);
    if (!stat.isDirectory())
      return { path, isFolder: false, files: [{ path: basename(path), size: stat.size }] };
    const files = readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(path, join(entry.parentPath, entry.name)))
      .filter(isWanted)
      .slice(0, mostFiles)
      .map((file) => ({ path: file, size: statSync(join(path, file)).size }));
    return { path, isFolder: true, files };
  } catch (error) {
    throw new StriateError(`${path}: ${reasonOf(error)}`, { cause: error });
  }
}
