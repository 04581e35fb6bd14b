import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import {
  type FileHandle,
  open,
  readFile,
  rename,
  rm,
  stat,
  statfs,
  writeFile,
} from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { StriateError, messageOf } from "../../base/errors.ts";
import { formatByteSize } from "../../data/byte-size.ts";
import { lock } from "../files/lock.ts";
import { request } from "../files/request.ts";
import { parseAddress, shownAddress } from "../../api/web-address.ts";

export interface DownloadOptions {
  readonly url: string;
  /** Where the file goes; it appears there only when it is whole. */
  readonly target: string;
  /** The length and SHA-256 that it must have, where they are known. */
  readonly bytes?: number;
  readonly sha256?: string;
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Attempts in a row that may bring nothing before it is given up. */
  readonly retries?: number;
  /** Milliseconds before the second attempt; each further one waits twice as long. */
  readonly retryDelay?: number;
  /** Milliseconds without a byte after which an attempt is given up. */
  readonly idleTimeout?: number;
}

export interface DownloadProgress {
  readonly received: number;
  /** Undefined while the server has not said. */
  readonly total?: number;
  /** `verify` while the checksum is computed. */
  readonly phase: "download" | "verify";
}

/** What is known of a part of a file that was fetched before, kept beside it. */
interface PartRecord {
  readonly url: string;
  /** The server's ETag or date: the rest must belong to the same file. */
  readonly validator?: string;
}

/** What is known of a whole file, kept beside it. */
interface FileRecord {
  readonly url: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Fetches a file over HTTP, once: a whole one that is there already is taken, a part that an earlier
 * run left is gone on with, a cut connection is taken up again. Length and checksum are checked before
 * the file gets its name.
 *
 * @throws StriateError when the server refuses, stays silent or sends other bytes, or the disk is full
 */
export async function download(options: DownloadOptions): Promise<void> {
  const { url, target } = options;
  parseAddress(url);
  const known = await readRecord<FileRecord>(`${target}.json`);
  const there = await stat(target).catch(() => undefined);
  if (there && known?.bytes === there.size && known.url === url) return;
  const release = await lock(
    `${target}.lock`,
    (pid) =>
      new StriateError(
        `${shownAddress(url)}: process ${pid} is downloading it already; wait for it`,
      ),
  );
  try {
    const total = await fetchPart(options, options.onProgress);
    await verify(options, total);
  } finally {
    await release();
  }
}

const partOf = (target: string) => `${target}.part`;

/** Fetches until the part is whole; returns its length. */
async function fetchPart(
  asked: DownloadOptions,
  listener: DownloadOptions["onProgress"],
): Promise<number> {
  const { url, target, retries = 5, retryDelay = 500 } = asked;
  /** What the listener threw: nobody waits any more, which is no broken connection. */
  const thrown = new Set<unknown>();
  const onProgress = (progress: DownloadProgress): void => {
    try {
      listener?.(progress);
    } catch (error) {
      thrown.add(error);
      throw error;
    }
  };
  const options = { ...asked, onProgress };
  const part = await open(partOf(target), "a+");
  try {
    let idle = 0;
    for (;;) {
      const before = (await part.stat()).size;
      let failure: unknown;
      try {
        const whole = await fetchOnce(options, part, before);
        if (whole !== undefined) return whole;
      } catch (error) {
        if (error instanceof StriateError || thrown.has(error)) throw error;
        failure = error;
      }
      const received = (await part.stat()).size;
      idle = received > before ? 0 : idle + 1;
      if (idle > retries)
        throw new StriateError(
          `${shownAddress(url)}: the download broke off (${reasonOf(failure)}) with ${formatByteSize(received)} received; ` +
            "run the command again to go on from there",
          { cause: failure },
        );
      await sleep(retryDelay * 2 ** idle);
    }
  } finally {
    await part.close();
  }
}

/** One request. Returns the length of the whole file when all of it is there, undefined when it was cut. */
async function fetchOnce(
  options: DownloadOptions,
  part: FileHandle,
  have: number,
): Promise<number | undefined> {
  const { url, target, bytes, onProgress, idleTimeout = 30_000 } = options;
  const record = await readRecord<PartRecord>(`${partOf(target)}.json`);
  let received = record?.url === url ? have : 0;
  if (bytes !== undefined && received === bytes) return bytes;
  const headers: Record<string, string> = { "accept-encoding": "identity" };
  if (received > 0) {
    headers["range"] = `bytes=${received}-`;
    if (record?.validator) headers["if-range"] = record.validator;
  }
  const answer = await request(parseAddress(url), { headers, silence: idleTimeout });
  const { response } = answer;
  try {
    const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get("content-range") ?? "");
    const goesOn = response.status === 206 && Number(range?.[1]) === received;
    if (response.status === 416) {
      // The part is as long as the file, or longer than it: begin again unless it fits.
      await part.truncate(0);
      return undefined;
    }
    if (!response.ok) throw refusal(url, response);
    if (response.status === 206 && !goesOn) {
      // A part that was not asked for is not the file: begin again, without asking for a part.
      await part.truncate(0);
      throw new Error("the server sends another part of the file than was asked for");
    }
    if (!goesOn) received = 0;
    const length = response.headers.get("content-length");
    const total = goesOn ? Number(range![2]) : length === null ? undefined : Number(length);
    if (bytes !== undefined && total !== undefined && total !== bytes)
      throw new StriateError(
        `${shownAddress(url)}: the server offers ${total} bytes, expected ${bytes}: it is not the file that is wanted`,
      );
    const told = response.headers.get("transfer-encoding")?.includes("chunked") ?? false;
    if (total === undefined && !told && bytes === undefined)
      throw new StriateError(
        `${shownAddress(url)}: the server does not say where the file ends, so that a cut could not be told`,
      );
    if (received === 0) await part.truncate(0);
    await checkRoom(target, (total ?? 0) - received);
    const validator = response.headers.get("etag") ?? response.headers.get("last-modified");
    await writeFile(
      `${partOf(target)}.json`,
      // A weak ETag cannot vouch for a range.
      JSON.stringify({ url, ...(validator && !validator.startsWith("W/") && { validator }) }),
    );
    for await (const chunk of answer.chunks()) {
      await append(part, chunk, target);
      received += chunk.length;
      onProgress?.({ received, phase: "download", ...(total !== undefined && { total }) });
      if (bytes !== undefined && received > bytes)
        throw new StriateError(
          `${shownAddress(url)}: the server sends more than the ${bytes} bytes expected`,
        );
    }
    return total === undefined || received >= total ? received : undefined;
  } finally {
    answer.close();
  }
}

async function append(part: FileHandle, chunk: Uint8Array, target: string): Promise<void> {
  try {
    await part.appendFile(chunk);
  } catch (error) {
    throw new StriateError(`${target}: cannot be written: ${messageOf(error)}`, { cause: error });
  }
}

/** A refusal that stays; one that may pass is thrown as a plain error, to be tried again. */
function refusal(url: string, response: Response): Error {
  const answer = `the server answered ${response.status} ${response.statusText}`.trim();
  return response.status >= 500 || response.status === 429 || response.status === 408
    ? new Error(answer)
    : new StriateError(
        `${shownAddress(url)}: ${answer}; the file may have moved, give another address`,
      );
}

async function checkRoom(target: string, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(target));
  if (needed > bavail * bsize)
    throw new StriateError(
      `${target}: ${formatByteSize(needed)} are to be downloaded and only ` +
        `${formatByteSize(bavail * bsize)} are free on the disk`,
    );
}

/** Checks length and checksum of the whole part, and gives it its name. */
async function verify(options: DownloadOptions, length: number): Promise<void> {
  const { url, target, bytes, sha256, onProgress } = options;
  const part = partOf(target);
  const wrong = async (what: string): Promise<never> => {
    await Promise.all([rm(part, { force: true }), rm(`${part}.json`, { force: true })]);
    throw new StriateError(`${shownAddress(url)}: ${what}; the download was thrown away`);
  };
  if (bytes !== undefined && length !== bytes)
    await wrong(`the server sent ${length} bytes, expected ${bytes}`);
  const hash = createHash("sha256");
  let hashed = 0;
  for await (const chunk of createReadStream(part, { highWaterMark: 2 ** 20 })) {
    hash.update(chunk as Uint8Array);
    hashed += (chunk as Uint8Array).length;
    onProgress?.({ received: hashed, total: length, phase: "verify" });
  }
  const sum = hash.digest("hex");
  if (sha256 !== undefined && sum !== sha256)
    await wrong(
      `the bytes are not those expected (SHA-256 ${sum.slice(0, 12)}..., not ${sha256.slice(0, 12)}...)`,
    );
  await rename(part, target);
  const record: FileRecord = { url, bytes: length, sha256: sum };
  await writeFile(`${target}.json`, `${JSON.stringify(record, undefined, 2)}\n`);
  await rm(`${part}.json`, { force: true });
}

async function readRecord<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as T;
  } catch {
    return undefined;
  }
}

/** Why a request failed: fetch hides it one level down. */
function reasonOf(failure: unknown): string {
  const cause = failure instanceof Error ? failure.cause : undefined;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  const words: Record<string, string> = {
    ENOTFOUND: "there is no such server, or no network",
    EAI_AGAIN: "there is no network",
    ECONNREFUSED: "the server refuses connections",
    ECONNRESET: "the connection was cut",
    UND_ERR_SOCKET: "the connection was cut",
  };
  if (code && words[code]) return words[code];
  return failure === undefined ? "the connection was cut" : messageOf(cause ?? failure);
}
