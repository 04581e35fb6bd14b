import { StriateError } from "./errors.ts";

const MB = 2 ** 20;

/** What any file may cost, however small it is, and what each byte of it adds. */
const limits = {
  steps: { base: 1_000_000, perByte: 1 },
  memory: { base: 128 * MB, perByte: 8 },
} as const;

/**
 * What the reading of one file may cost in all. It is made when the file is opened and handed down to
 * every reader of its parts, so that a part that is named a thousand times counts a thousand times: no
 * small file can make a reader loop, or take memory that its bytes do not account for.
 */
export class Budget {
  #steps: number;
  #memory: number;

  /** @param bytes of the file */
  constructor(bytes: number) {
    this.#steps = limits.steps.base;
    this.#memory = limits.memory.base;
    this.grow(bytes);
  }

  /** Another file of the model is read as well: `bytes` of it. */
  grow(bytes: number): void {
    this.#steps += bytes * limits.steps.perByte;
    this.#memory += bytes * limits.memory.perByte;
  }

  /**
   * Counts steps: numbers and links that are followed, nodes, entries, messages.
   *
   * @throws StriateError when the file has used up its steps
   */
  step(count = 1): void {
    this.#steps -= count;
    if (this.#steps >= 0) return;
    throw new StriateError(
      "its parts refer to one another so often that reading never ends; the file is damaged or hostile",
    );
  }

  /**
   * Counts memory, before it is taken.
   *
   * @param what needs it, for the message: `"config.json"`, `a dataset`
   * @throws StriateError when the file asks for more than its size accounts for
   */
  take(bytes: number, what: string): void {
    this.#memory -= bytes;
    if (this.#memory >= 0) return;
    throw new StriateError(
      `${what} needs ${inWords(bytes)} of memory, and with it the file more than its size accounts for; ` +
        "it is damaged or hostile",
    );
  }
}

/** A number of bytes for people: `79 kB`, `25.0 GB`. */
function inWords(bytes: number): string {
  if (!Number.isSafeInteger(bytes)) return "an impossible amount";
  if (bytes < MB) return `${Math.ceil(bytes / 1000)} kB`;
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
