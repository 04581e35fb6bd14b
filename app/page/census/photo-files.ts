import type { PhotoSource } from "./photo-sources.ts";

/** Decoded photos that are kept. */
const kept = 400;

/** The photos of a data set, decoded as they are looked at. */
export class PhotoFiles {
  readonly #source: PhotoSource;
  readonly #open = new Map<string, Promise<ImageBitmap>>();

  constructor(source: PhotoSource) {
    this.#source = source;
  }

  get count(): number {
    return this.#source.count;
  }

  has(path: string): boolean {
    return this.#source.has(path);
  }

  /** The photo as a file that can be opened elsewhere. */
  async file(path: string): Promise<File> {
    const found = await this.#source.read(path);
    if (found instanceof File) return found;
    const canvas = new OffscreenCanvas(found.width, found.height);
    canvas.getContext("2d")!.putImageData(found, 0, 0);
    const name = path.replace(/^.*\//, "").replace(/\.[^.]*$/, "");
    return new File([await canvas.convertToBlob()], `${name}.png`, { type: "image/png" });
  }

  /** The decoded photo, upright; undefined where there is none. */
  bitmap(path: string): Promise<ImageBitmap> | undefined {
    const known = this.#open.get(path);
    if (known) return known;
    if (!this.has(path)) return undefined;
    const open = this.#source.read(path).then((found) => createImageBitmap(found));
    open.catch(() => undefined);
    this.#open.set(path, open);
    for (const [old, bitmap] of this.#open) {
      if (this.#open.size <= kept) break;
      this.#open.delete(old);
      void bitmap.then((each) => each.close()).catch(() => undefined);
    }
    return open;
  }
}
