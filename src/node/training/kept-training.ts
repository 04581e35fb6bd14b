import {
  appendFileSync,
  closeSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { deflateSync, inflateSync } from "node:zlib";
import { pack } from "../../../app/engine/pack.ts";
import type { TrainingFeed } from "../../../app/engine/training/feed.ts";
import type { TrainingNews } from "../../../app/engine/training/news.ts";
import {
  type Inflate,
  checkKeptSize,
  isKept,
  keptMark,
  readKept,
} from "../../../app/engine/training/read-kept.ts";
import { StriateError } from "../../base/errors.ts";
import { reasonOf } from "../files/files.ts";

/** Bytes on the disk of what epochs look like; later ones are kept as numbers alone. */
const mostLooks = 64 * 2 ** 20;

/** Where the news of a training are kept beside what it writes. */
export const keptTrainingFile = (out: string): string => `${out.replace(/[/\\]+$/, "")}.training`;

/** Whether a file holds the news of a training, by what it begins with. */
export function isKeptTraining(path: string): boolean {
  const start = Buffer.alloc(keptMark.length);
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    return false;
  }
  try {
    return readSync(file, start) === keptMark.length && isKept(start);
  } catch {
    // A folder.
    return false;
  } finally {
    closeSync(file);
  }
}

/**
 * Keeps the news of a training in a file, each as it comes, so that the page can show it when the process has ended,
 * and however it has. What goes wrong with that file is said once, and the training goes on.
 */
export class TrainingKeeper {
  readonly #path: string;
  readonly #notify: (text: string) => void;
  #bytes = 0;
  #hasFailed = false;

  constructor(path: string, notify: (text: string) => void) {
    this.#path = path;
    this.#notify = notify;
  }

  /** Batches are not kept. */
  keep(news: TrainingNews): void {
    if (news.kind === "batch" || this.#hasFailed) return;
    try {
      if (news.kind === "begin") this.#begin();
      const { kind } = news;
      const isFull = kind === "epoch" && this.#bytes > mostLooks;
      const told = isFull ? { kind, epoch: news.epoch, logs: news.logs } : news;
      const bytes = deflateSync(pack(told), { level: 1 });
      const length = Buffer.alloc(4);
      length.writeUInt32LE(bytes.length);
      appendFileSync(this.#path, Buffer.concat([length, bytes]));
      this.#bytes += bytes.length;
    } catch (error) {
      this.#hasFailed = true;
      this.#notify(`what the page shows is not kept: ${this.#path}: ${reasonOf(error)}`);
    }
  }

  #begin(): void {
    try {
      writeFileSync(this.#path, keptMark, { flag: "wx" });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      if (!isKeptTraining(this.#path))
        throw new StriateError("is there already, and no training's", { cause: error });
      writeFileSync(this.#path, keptMark);
    }
    this.#bytes = 0;
  }
}

/**
 * A training that was kept, as if it had just ended.
 *
 * @throws StriateError where the file is none, or damaged
 */
export async function readKeptTraining(path: string): Promise<TrainingFeed> {
  checkKeptSize(path, statSync(path).size);
  return readKept(path, readFileSync(path), inflate);
}

const inflate: Inflate = (bytes, most) => {
  try {
    return inflateSync(bytes, { maxOutputLength: Math.max(1, most) });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") return undefined;
    throw error;
  }
};
