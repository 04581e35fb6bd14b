import { type ImageSet, openDataset } from "striate";
import type { Pixels } from "./protocol.ts";
import { rgbaOf } from "./rgba.ts";

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
    return new ZipPhotos(await openDataset(zip, { keep: false, unlabelled: true }));
  }

  get paths(): string[] {
    return [...this.#numbers.keys()];
  }

  /** A photo in its own size. @throws StriateError where it cannot be decoded */
  async read(path: string): Promise<Pixels> {
    const photo = (await this.#set.original(this.#numbers.get(path)!))!;
    return { width: photo.width, height: photo.height, rgba: rgbaOf(photo) };
  }

  close(): Promise<void> {
    return this.#set.close();
  }
}
