import { type ImageSet, openDataset } from "striate";
import type { Pixels } from "./protocol.ts";

/** The photos of a zip of class folders, of which no more is read than is looked at. */
export class ZipPhotos {
  readonly #set: ImageSet;
  readonly #numbers = new Map<string, number>();

  private constructor(set: ImageSet) {
    this.#set = set;
    for (const index of set.indices()) this.#numbers.set(set.listed(index).id, index);
  }

  /** @throws StriateError where it is no zip of class folders */
  static async of(zip: File): Promise<ZipPhotos> {
    return new ZipPhotos(await openDataset(zip, { keep: false }));
  }

  get paths(): string[] {
    return [...this.#numbers.keys()];
  }

  /** A photo in its own size. @throws StriateError where it cannot be decoded */
  async read(path: string): Promise<Pixels> {
    const { width, height, data } = (await this.#set.original(this.#numbers.get(path)!))!;
    const rgba = new Uint8Array(4 * width * height).fill(255);
    for (let i = 0; i < width * height; i++) rgba.set(data.subarray(3 * i, 3 * i + 3), 4 * i);
    return { width, height, rgba };
  }

  close(): Promise<void> {
    return this.#set.close();
  }
}
