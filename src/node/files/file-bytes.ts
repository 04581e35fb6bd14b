import { closeSync, openSync, readSync } from "node:fs";
import type { ByteSource } from "../../base/byte-source.ts";
import { StriateError } from "../../base/errors.ts";
import { maxBytes, reasonOf, regularFile } from "./files.ts";

/** A file on disk whose bytes are read when somebody asks for them. */
export interface OpenFile extends ByteSource {
  close(): void;
}

/**
 * Opens a file for reading piece by piece.
 *
 * @throws StriateError when it is missing, no file, or cannot be read; {@link ByteSource.subarray} throws
 * when the file has become shorter, or more than 2 GB are asked for at once
 */
export async function openFileBytes(path: string): Promise<OpenFile> {
  const length = (await regularFile(path)).size;
  const file = attempt(path, () => openSync(path, "r"));
  return {
    length,
    subarray: (begin, end = length) =>
      readRange(path, file, Math.min(begin, length), Math.min(end, length)),
    close: () => closeSync(file),
  };
}

/**
 * A file that is opened each time that some of it is asked for: of many files none stays open.
 *
 * @param length as it is known
 */
export const fileBytesAnew = (path: string, length: number): ByteSource => ({
  length,
  subarray(begin, end = length) {
    const file = attempt(path, () => openSync(path, "r"));
    try {
      return readRange(path, file, Math.min(begin, length), Math.min(end, length));
    } finally {
      closeSync(file);
    }
  },
});

/** Bytes of an open file. @throws StriateError where they cannot be read, are not there, or are too many */
export function readRange(path: string, file: number, from: number, to: number): Uint8Array {
  const size = Math.max(to - from, 0);
  if (size > maxBytes)
    throw new StriateError(
      `${path}: is ${(size / 2 ** 30).toFixed(1)} GB large; at most 2 GB can be read`,
    );
  // bounded: two lines above
  const bytes = new Uint8Array(size);
  for (let done = 0; done < size;) {
    const got = attempt(path, () => readSync(file, bytes, done, size - done, from + done));
    if (got === 0) throw new StriateError(`${path}: became shorter while it was read`);
    done += got;
  }
  return bytes;
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new StriateError(`${path}: cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}
