import { Inflate, inflateSync } from "fflate";
import { crc32 } from "../../base/crc32.ts";
import { StriateError, naming } from "../../base/errors.ts";
import { type FileSet, type RandomAccessFile, maxDepth, maxPictureBytes } from "./file-set.ts";
import { isLitter } from "./litter.ts";
import {
  type ZipEntry,
  bodyStart,
  checkInflation,
  deflated,
  readZipDirectory,
  stored,
} from "./zip-directory.ts";

/** Unpacks a deflated file of a known size. @throws where it is damaged, or larger */
export type Unpack = (packed: Uint8Array, size: number) => Promise<Uint8Array>;

/**
 * Opens a zip as a data set; it is read where it lies, never unpacked to disk.
 *
 * @param unpack the platform's own, where it has one that is faster than JavaScript
 * @throws StriateError when the archive is cut off, damaged or encrypted
 */
export async function openZip(
  name: string,
  file: RandomAccessFile,
  unpack: Unpack = inflate,
): Promise<FileSet> {
  try {
    const { entries, folders } = await naming(name, () => readDirectory(file));
    return {
      name,
      files: entries,
      folders,
      head: (index, count) => readHead(file, entries[index]!, count),
      read: (index) => readEntry(file, entries[index]!, unpack),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function readDirectory(file: RandomAccessFile) {
  const entries: ZipEntry[] = [];
  const folders = new Set<string>();
  const read = (offset: number, length: number) => file.read(offset, length);
  for (const entry of await readZipDirectory(file.size, read)) {
    const { path, kind } = entry;
    if (isLitter(path) || kind === "link") continue;
    if (path.split("/").length > maxDepth)
      throw new StriateError(`folders are nested more than ${maxDepth} deep`);
    if (kind === "folder") folders.add(path.replace(/\/+$/, ""));
    else entries.push(entry);
  }
  if (entries.length > 0 && entries.every((entry) => entry.encrypted))
    throw new StriateError("the zip is encrypted: unpack it with its password first");
  return { entries, folders: [...folders] };
}

function readHead(
  file: RandomAccessFile,
  entry: ZipEntry,
  count: number,
): Uint8Array | Promise<Uint8Array> {
  const wanted = entry.headerSize + 64 + Math.min(entry.packedSize, count);
  const unpacked = (bytes: Uint8Array): Uint8Array => {
    const start = bodyStart(bytes);
    const body = bytes.subarray(start, start + entry.packedSize);
    if (entry.method === stored) return body.subarray(0, count);
    if (entry.method !== deflated || entry.encrypted) return nothing;
    return startOf(body, count);
  };
  if (file.readNow) {
    try {
      return unpacked(file.readNow(entry.offset, wanted));
    } catch {
      return nothing;
    }
  }
  return file
    .read(entry.offset, wanted)
    .then(unpacked)
    .catch(() => nothing);
}

const nothing = new Uint8Array(0);

/** What can be unpacked of a deflated file whose end is missing, up to `count` bytes. */
function startOf(packed: Uint8Array, count: number): Uint8Array {
  // bounded: by the caller, some hundred bytes of a head
  const start = new Uint8Array(count);
  let length = 0;
  const inflater = new Inflate((part) => {
    const wanted = part.subarray(0, count - length);
    start.set(wanted, length);
    length += wanted.length;
  });
  inflater.push(packed);
  return start.subarray(0, length);
}

async function readEntry(
  file: RandomAccessFile,
  entry: ZipEntry,
  unpack: Unpack,
): Promise<Uint8Array> {
  const { size, packedSize, method } = entry;
  if (entry.encrypted) throw new StriateError("is encrypted in the zip");
  if (size > maxPictureBytes || packedSize > maxPictureBytes)
    throw new StriateError(`is ${size} bytes large, more than any picture`);
  checkInflation(entry);
  if (method !== stored && method !== deflated)
    throw new StriateError(`is packed by method ${method}, which is not read`);
  let bytes = await file.read(entry.offset, entry.headerSize + packedSize);
  const start = bodyStart(bytes);
  if (bytes.length < start + packedSize) bytes = await file.read(entry.offset, start + packedSize);
  const body = bytes.subarray(start, start + packedSize);
  const whole =
    method === stored
      ? body
      : await unpack(body, size).catch((error: unknown) => {
          throw new StriateError("is damaged in the zip: it cannot be unpacked", { cause: error });
        });
  if (whole.length !== size || crc32(whole) !== entry.crc)
    throw new StriateError("is damaged in the zip: its checksum is wrong");
  return whole;
}

const inflate: Unpack = (packed, size) =>
  // bounded: checkInflation has compared it with the packed bytes
  Promise.resolve().then(() => inflateSync(packed, { out: new Uint8Array(size) }));
