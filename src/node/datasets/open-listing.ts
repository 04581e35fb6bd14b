import { setTimeout as sleep } from "node:timers/promises";
import { crc32 } from "../../base/crc32.ts";
import { StriateError, UnreachableError, messageOf } from "../../base/errors.ts";
import { percentDecoded } from "../../base/percent-decoded.ts";
import { parseAddress, shownAddress } from "../../api/web-address.ts";
import type { DataFile, FileSet } from "../../data/files/file-set.ts";
import { readFileBytes } from "../files/files.ts";
import { request } from "../files/request.ts";

/** Whether a file is a list of addresses by its name. */
export const isListingName = (path: string): boolean => /\.(txt|tsv|list)$/i.test(path);

/** Bytes of a list: some millions of addresses. */
const longestList = 2 ** 30;
/** Bytes of a photo. */
const largestPhoto = 2 ** 28;
/** How often a server is asked for a photo, and the milliseconds before the second time, doubled each time. */
const [attempts, firstPause] = [4, 250];
/** Milliseconds without a byte. */
const silence = 20_000;

/**
 * Photos on web servers, by a file that lists them: an address a line, with its class before a tab, or as the
 * last folder of the address. Empty lines and those that begin with `#` are passed over.
 *
 *     https://photos.example/cat/1.jpg
 *     dog<TAB>https://photos.example/2.jpg
 *
 * Nothing is fetched until a photo is looked at, and nothing is kept. A server that is busy or silent is asked
 * again, a few times; a photo that cannot be fetched is left out as one that cannot be read, unless none can.
 *
 * @throws StriateError naming the first line that is no address
 */
export async function openListing(path: string): Promise<FileSet> {
  const text = new TextDecoder().decode(await readFileBytes(path, longestList));
  const urls: string[] = [];
  const files: DataFile[] = [];
  const folders = new Set<string>();
  const taken = new Set<string>();
  const counts = new Map<string, number>();
  text.split(/\r?\n/).forEach((line, i) => {
    if (line.trim() === "" || line.startsWith("#")) return;
    const [first, second] = line.split("\t").map((part) => part.trim());
    const address = second ?? first!;
    if (!/^https?:\/\//.test(address) || !URL.canParse(address))
      throw new StriateError(
        `${path}: line ${i + 1} is no address of a photo (https://...), with its class and a tab before it or without`,
      );
    const parts = new URL(address).pathname.split("/").map(plain);
    const label = second === undefined ? (parts.at(-2) ?? "") : first!;
    if (label === "" || label.split("/").includes(".."))
      throw new StriateError(
        `${path}: line ${i + 1} has no class; write it before the address, with a tab between them`,
      );
    const stem = parts.at(-1) || "photo";
    const plainName = `${label}/${stem}`;
    let name = plainName;
    for (let n = counts.get(plainName) ?? 2; taken.has(name); n++) {
      name = `${label}/${n}-${stem}`;
      counts.set(plainName, n + 1);
    }
    taken.add(name);
    for (let at = name.lastIndexOf("/"); at > 0; at = name.lastIndexOf("/", at - 1))
      folders.add(name.slice(0, at));
    urls.push(address);
    // The size is not known before a photo is fetched; its address tells it from others.
    files.push({ path: name, size: 1, crc: crc32(new TextEncoder().encode(address)) });
  });
  return {
    name: path,
    files,
    folders: [...folders],
    head: () => new Uint8Array(0),
    read: (index) => fetchPhoto(urls[index]!),
    close: () => Promise.resolve(),
  };
}

const plain = (part: string): string => percentDecoded(part).replaceAll("/", "_");

async function fetchPhoto(address: string): Promise<Uint8Array> {
  for (let attempt = 1; ; attempt++)
    try {
      return await fetchOnce(address);
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
      if (attempt === attempts)
        throw new UnreachableError(`${error.message}, ${attempts} times`, { cause: error });
      await sleep(firstPause * 2 ** (attempt - 1));
    }
}

async function fetchOnce(address: string): Promise<Uint8Array> {
  const url = parseAddress(address);
  let close: (() => void) | undefined;
  try {
    const answer = await request(url, { silence });
    close = answer.close;
    const { status, ok, headers } = answer.response;
    if (status === 429 || status >= 500)
      throw new UnreachableError(`${shownAddress(url)}: the server answers ${status}`);
    if (!ok) throw new StriateError(`${shownAddress(url)}: the server answers ${status}`);
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const part of answer.chunks()) {
      size += part.length;
      if (size > largestPhoto)
        throw new StriateError(`${shownAddress(url)}: is larger than any photo (256 MB)`);
      parts.push(part);
    }
    const wanted = headers.get("content-encoding") ? null : headers.get("content-length");
    if (wanted !== null && size < Number(wanted))
      throw new UnreachableError(`${shownAddress(url)}: ended after ${size} of ${wanted} bytes`);
    return Buffer.concat(parts);
  } catch (error) {
    if (error instanceof StriateError) throw error;
    const { cause } = error as { cause?: unknown };
    throw new UnreachableError(
      `${shownAddress(url)}: cannot be fetched: ${messageOf(cause ?? error)}`,
      {
        cause: error,
      },
    );
  } finally {
    close?.();
  }
}
