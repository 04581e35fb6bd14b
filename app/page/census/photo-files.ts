import type { GivenFile } from "../state/dropped-files.ts";

/** The photos of a data set as files of a folder, by the paths that the tables give. */
export class PhotoFiles {
  readonly #files = new Map<string, File>();
  readonly #open = new Map<string, Promise<ImageBitmap>>();

  constructor(files: readonly GivenFile[]) {
    // `photos/train/cat/1.jpg` is `train/cat/1.jpg` in the set, whatever stands around it.
    for (const { file, path } of files)
      for (let rest = path; ; rest = rest.slice(rest.indexOf("/") + 1)) {
        if (!this.#files.has(rest)) this.#files.set(rest, file);
        if (!rest.includes("/")) break;
      }
  }

  get count(): number {
    return new Set(this.#files.values()).size;
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  file(path: string): File | undefined {
    return this.#files.get(path);
  }

  /** The decoded photo, upright; a few hundred are kept. */
  bitmap(path: string): Promise<ImageBitmap> | undefined {
    const known = this.#open.get(path);
    if (known) return known;
    const file = this.#files.get(path);
    if (file === undefined) return undefined;
    const open = createImageBitmap(file);
    open.catch(() => undefined);
    this.#open.set(path, open);
    for (const [old, bitmap] of this.#open) {
      if (this.#open.size <= 400) break;
      this.#open.delete(old);
      void bitmap.then((each) => each.close()).catch(() => undefined);
    }
    return open;
  }
}
