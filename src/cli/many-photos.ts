import { counted } from "../base/counted.ts";
import { PartlyFailedError, StriateError, messageOf } from "../base/errors.ts";
import type { CommandIo } from "./command.ts";

/** One bad photo of many is named and skipped; at the end the command says so by its exit code. */
export class SkippedPhotos {
  readonly #all: number;
  readonly #io: CommandIo;
  #count = 0;

  constructor(paths: readonly string[], io: CommandIo) {
    this.#all = paths.length;
    this.#io = io;
  }

  /** @throws what came, where it is no fault of the photo, or there is no other photo */
  add(path: string, error: unknown): void {
    if (!(error instanceof StriateError) || this.#all <= 1) throw error;
    this.#count++;
    const message = messageOf(error);
    const named = message.startsWith(path) ? message : `${path}: ${message}`;
    this.#io.err(`striate: skipped ${named}`);
  }

  /** @throws PartlyFailedError when one was skipped */
  throwIfAny(): void {
    if (this.#count > 0) throw new PartlyFailedError(skippedWords(this.#count, this.#all));
  }
}

/** Which photo of many it is, and about how long all of them take. */
export function remaining(start: number, done: number, all: number): string {
  const seconds = (performance.now() - start) / 1000;
  const left = done > 0 ? `, about ${Math.ceil((seconds / done) * (all - done))} s left` : "";
  return `photo ${done + 1} of ${all}${left}: `;
}

/** `2 of 3 photos were skipped` */
export const skippedWords = (skipped: number, photos: number): string =>
  `${skipped} of ${counted(photos, "photo")} ${skipped === 1 ? "was" : "were"} skipped`;
