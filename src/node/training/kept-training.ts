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
import { pack, unpack } from "../../../app/engine/pack.ts";
import { TrainingFeed } from "../../../app/engine/training/feed.ts";
import { isNews } from "../../../app/engine/training/is-news.ts";
import type { TrainingNews } from "../../../app/engine/training/news.ts";
import { StriateError, messageOf, namingSync } from "../../base/errors.ts";
import { formatBytes } from "../../base/text-table.ts";
import { reasonOf } from "../files/files.ts";

/** What such a file begins with. */
const mark = Buffer.from("striate training 1\n");

/** Bytes on the disk of what epochs look like; later ones are kept as numbers alone. */
const mostLooks = 64 * 2 ** 20;
/** Of a file, and of all its news unpacked: it may be a stranger's. */
const [mostBytes, mostNews] = [256 * 2 ** 20, 384 * 2 ** 20];

/** Where the news of a training are kept beside what it writes. */
export const keptTrainingFile = (out: string): string => `${out.replace(/[/\\]+$/, "")}.training`;

/** Whether a file holds the news of a training, by what it begins with. */
export function isKeptTraining(path: string): boolean {
  const start = Buffer.alloc(mark.length);
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    return false;
  }
  try {
    return readSync(file, start) === mark.length && start.equals(mark);
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
      writeFileSync(this.#path, mark, { flag: "wx" });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      if (!isKeptTraining(this.#path))
        throw new StriateError("is there already, and no training's", { cause: error });
      writeFileSync(this.#path, mark);
    }
    this.#bytes = 0;
  }
}

/**
 * A training that was kept, as if it had just ended.
 *
 * @throws StriateError where the file is none, or damaged
 */
export function readKeptTraining(path: string): TrainingFeed {
  const feed = new TrainingFeed();
  for (const news of newsOf(path)) {
    if (!isNews(news, feed.record.epochs.length))
      throw new StriateError(`${path}: is damaged: it tells what no training does`);
    feed.tell(news);
  }
  if (feed.record.begun === undefined)
    throw new StriateError(`${path}: holds no training: it ended before it had begun`);
  if (feed.record.ended === undefined)
    feed.tell({ kind: "end", words: "its process ended before the training did" });
  return feed;
}

function* newsOf(path: string): Iterable<unknown> {
  const { size } = statSync(path);
  if (size > mostBytes)
    throw new StriateError(
      `${path}: is ${formatBytes(size)} large; what is kept of a training takes ${formatBytes(mostBytes)} at most`,
    );
  const bytes = readFileSync(path);
  let left = mostNews;
  for (let at = mark.length; at + 4 <= bytes.length;) {
    const length = bytes.readUInt32LE(at);
    at += 4;
    // Its process was ended in the middle of a word.
    if (at + length > bytes.length) return;
    const news = namingSync(path, () => {
      const told = inflated(bytes.subarray(at, at + length), left);
      left -= told.length;
      return newsIn(told);
    });
    yield news;
    at += length;
  }
}

function inflated(bytes: Uint8Array, most: number): Uint8Array {
  try {
    return inflateSync(bytes, { maxOutputLength: Math.max(1, most) });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE")
      throw new StriateError(`unpacks to more than ${formatBytes(mostNews)}`, { cause: error });
    throw new StriateError(`is damaged: ${messageOf(error)}`, { cause: error });
  }
}

function newsIn(bytes: Uint8Array): unknown {
  try {
    return unpack(bytes);
  } catch (error) {
    throw new StriateError(`is damaged: ${messageOf(error)}`, { cause: error });
  }
}
