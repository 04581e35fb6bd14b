// What is kept of a training beside its file: a mark, then all its news, each packed and compressed behind its length.
import { StriateError } from "striate";
import { unpack } from "../pack.ts";
import { TrainingFeed } from "./feed.ts";
import { isNews } from "./is-news.ts";

/** What such a file begins with. */
export const keptMark = new TextEncoder().encode("striate training 1\n");

/** Of a file, and of all its news unpacked, in MiB: it may be a stranger's. */
const [mostFile, mostNews] = [256, 384];
const mega = 2 ** 20;

/** @throws StriateError where a file of so many bytes is none */
export function checkKeptSize(name: string, bytes: number): void {
  if (bytes > mostFile * mega)
    throw new StriateError(
      `${name}: is ${Math.ceil(bytes / mega)} MB large; what is kept of a training takes ${mostFile} MB at most`,
    );
}

/** Whether bytes are those of such a file. */
export const isKept = (bytes: Uint8Array): boolean =>
  keptMark.every((byte, i) => bytes[i] === byte);

/** What zlib's bytes unpack to; undefined where that is more than so many bytes. */
export type Inflate = (
  bytes: Uint8Array<ArrayBuffer>,
  most: number,
) => Uint8Array | undefined | Promise<Uint8Array | undefined>;

/**
 * A training that was kept, as if it had just ended.
 *
 * @param name of the file, for what is said of it
 * @param inflate as the platform does it
 * @throws StriateError where the bytes are none, or damaged
 */
export async function readKept(
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
  inflate: Inflate,
): Promise<TrainingFeed> {
  const damaged = (why: string, cause?: unknown): never => {
    throw new StriateError(`${name}: is damaged: ${why}`, { cause });
  };
  if (!isKept(bytes))
    throw new StriateError(`${name}: is no training that striate train --watch has kept`);
  const feed = new TrainingFeed();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let left = mostNews * mega;
  for (let at = keptMark.length; at + 4 <= bytes.length;) {
    const length = view.getUint32(at, true);
    at += 4;
    // Its process was ended in the middle of a word.
    if (at + length > bytes.length) break;
    let news: unknown;
    try {
      const told = await inflate(bytes.subarray(at, at + length), left);
      left -= told?.length ?? Infinity;
      news = told && unpack(told);
    } catch (error) {
      damaged((error as Error).message, error);
    }
    if (left < 0) throw new StriateError(`${name}: unpacks to more than ${mostNews} MB`);
    if (!isNews(news, feed.record.epochs.length)) return damaged("it tells what no training does");
    feed.tell(news);
    at += length;
  }
  if (feed.record.begun === undefined)
    throw new StriateError(`${name}: holds no training: it ended before it had begun`);
  if (feed.record.ended === undefined)
    feed.tell({ kind: "end", words: "its process ended before the training did" });
  return feed;
}
