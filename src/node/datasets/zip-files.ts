import { fstatSync, readSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { promisify } from "node:util";
import { constants, crc32, inflateRaw, inflateRawSync } from "node:zlib";
import { StriateError, messageOf, naming } from "../../base/errors.ts";
import { isLitter } from "../../data/litter.ts";
import { type DataFile, type FileSet, maxDepth, maxPictureBytes } from "./file-set.ts";

const inflate = promisify(inflateRaw);

/** Where a file of the archive lies, and how it is packed. */
interface ZipEntry extends DataFile {
  readonly offset: number;
  readonly packedSize: number;
  readonly method: number;
  readonly crc: number;
  readonly encrypted: boolean;
  /** Bytes of its local header, when its extra field is as long as in the directory. */
  readonly headerSize: number;
}

const stored = 0;
const deflated = 8;
const localHeaderSize = 30;
const localSignature = 0x04034b50;
const maxFiles = 2_000_000;
/** Deflate cannot make more than about 1032 bytes of one: a larger claim is a lie. */
const maxInflation = 1040;

/**
 * Opens a zip as a data set; it is read where it lies, never unpacked to disk. zip.js reads the
 * directory (zip64, odd encodings); the pictures themselves are cut out and checked here, since there
 * are tens of thousands of them and a stream for each costs more than its decoding.
 *
 * @throws StriateError when the archive is cut off, damaged or encrypted
 */
export async function openZip(path: string): Promise<FileSet> {
  const file = await open(path, "r");
  try {
    const entries: ZipEntry[] = [];
    const folders = new Set<string>();
    await naming(path, () => readDirectory(file, entries, folders));
    return {
      name: path,
      files: entries,
      folders: [...folders],
      head: (index, count) => readHead(file.fd, entries[index]!, count),
      read: (index) => readEntry(file, entries[index]!),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function readDirectory(
  file: FileHandle,
  entries: ZipEntry[],
  folders: Set<string>,
): Promise<void> {
  const zip = await import("@zip.js/zip.js");
  zip.configure({ useWebWorkers: false });
  const size = fstatSync(file.fd).size;
  class FileReader extends zip.Reader<FileHandle> {
    override size = size;
    override async readUint8Array(offset: number, length: number): Promise<Uint8Array> {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, offset);
      return bytes.subarray(0, bytesRead);
    }
  }
  const reader = new zip.ZipReader(new FileReader(file));
  const damaged = (what: string, cause?: unknown) =>
    new StriateError(`the zip is cut off or damaged: ${what}; download or copy it again`, {
      cause,
    });
  try {
    for await (const entry of reader.getEntriesGenerator()) {
      const name = entry.filename.replaceAll("\\", "/").replace(/^(\.?\/)+/, "");
      if (isLitter(name) || entry.symlink) continue;
      if (name.split("/").length > maxDepth)
        throw new StriateError(`folders are nested more than ${maxDepth} deep`);
      if (entry.directory || name.endsWith("/")) {
        folders.add(name.replace(/\/+$/, ""));
        continue;
      }
      const headerSize =
        localHeaderSize + entry.rawFilename.length + (entry.rawExtraField?.length ?? 0);
      if (entry.offset + localHeaderSize + entry.compressedSize > size)
        throw damaged(`"${name}" lies beyond its end`);
      entries.push({
        path: name,
        size: entry.uncompressedSize,
        offset: entry.offset,
        packedSize: entry.compressedSize,
        method: entry.compressionMethod,
        crc: (entry.signature ?? 0) >>> 0,
        encrypted: entry.encrypted,
        headerSize,
      });
      if (entries.length > maxFiles) throw new StriateError("the zip holds too many files");
    }
  } catch (error) {
    if (error instanceof StriateError) throw error;
    throw damaged(`its list of files cannot be read (${messageOf(error).toLowerCase()})`, error);
  }
  if (entries.length > 0 && entries.every((entry) => entry.encrypted))
    throw new StriateError("the zip is encrypted: unpack it with its password first");
}

/** The start of a file's packed bytes within `bytes`, which begin with its local header. */
function bodyStart(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < localHeaderSize || view.getUint32(0, true) !== localSignature)
    throw new StriateError("the zip is damaged here: there is no file header");
  return localHeaderSize + view.getUint16(26, true) + view.getUint16(28, true);
}

function readHead(fd: number, entry: ZipEntry, count: number): Uint8Array {
  const wanted = entry.headerSize + 64 + Math.min(entry.packedSize, count);
  const bytes = new Uint8Array(wanted);
  try {
    const read = bytes.subarray(0, readSync(fd, bytes, 0, wanted, entry.offset));
    const start = bodyStart(read);
    const body = read.subarray(start, start + entry.packedSize);
    if (entry.method === stored) return body.subarray(0, count);
    if (entry.method !== deflated || entry.encrypted) return new Uint8Array(0);
    // The end is missing on purpose: what can be unpacked so far is enough.
    const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 2 ** 20 };
    return inflateRawSync(body, options).subarray(0, count);
  } catch {
    return new Uint8Array(0);
  }
}

async function readEntry(file: FileHandle, entry: ZipEntry): Promise<Uint8Array> {
  const { size, packedSize, method } = entry;
  if (entry.encrypted) throw new StriateError("is encrypted in the zip");
  if (size > maxPictureBytes || packedSize > maxPictureBytes)
    throw new StriateError(`is ${size} bytes large, more than any picture`);
  if (size > packedSize * maxInflation + 64)
    throw new StriateError(
      `claims ${size} bytes, more than its ${packedSize} packed ones can hold`,
    );
  if (method !== stored && method !== deflated)
    throw new StriateError(`is packed by method ${method}, which is not read`);
  let bytes = await readAt(file, entry.offset, entry.headerSize + packedSize);
  const start = bodyStart(bytes);
  if (bytes.length < start + packedSize)
    bytes = await readAt(file, entry.offset, start + packedSize);
  const body = bytes.subarray(start, start + packedSize);
  const whole =
    method === stored
      ? body
      : await inflate(body, { maxOutputLength: Math.max(1, size) }).catch((error: unknown) => {
          throw new StriateError("is damaged in the zip: it cannot be unpacked", { cause: error });
        });
  if (whole.length !== size || crc32(whole) !== entry.crc)
    throw new StriateError("is damaged in the zip: its checksum is wrong");
  return whole;
}

async function readAt(file: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  const { bytesRead } = await file.read(bytes, 0, length, offset);
  return bytes.subarray(0, bytesRead);
}
