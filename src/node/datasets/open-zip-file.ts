import { readSync } from "node:fs";
import { open } from "node:fs/promises";
import { promisify } from "node:util";
import { inflateRaw } from "node:zlib";
import type { FileSet } from "../../data/files/file-set.ts";
import { type Unpack, openZip } from "../../data/files/zip-files.ts";
import { whereItWas } from "../files/where-it-was.ts";

const inflate = promisify(inflateRaw);

/** Off the main thread: an epoch unpacks several pictures at a time. */
const unpack: Unpack = (packed, size) => inflate(packed, { maxOutputLength: Math.max(1, size) });

/** {@link openZip} of a file on disk. */
export async function openZipFile(path: string): Promise<FileSet> {
  const file = await open(path, "r");
  const { size } = await file.stat();
  const room = (offset: number, length: number) =>
    // bounded: by what the file has from there on
    new Uint8Array(Math.max(0, Math.min(length, size - offset)));
  return openZip(
    path,
    {
      size,
      async read(offset, length) {
        const bytes = room(offset, length);
        const { bytesRead } = await whereItWas(() => file.read(bytes, 0, bytes.length, offset));
        return bytes.subarray(0, bytesRead);
      },
      readNow(offset, length) {
        const bytes = room(offset, length);
        return bytes.subarray(0, readSync(file.fd, bytes, 0, bytes.length, offset));
      },
      close: () => file.close(),
    },
    unpack,
  );
}
