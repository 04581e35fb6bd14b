import { inflateSync } from "fflate";
import { Budget } from "../base/budget.ts";
import { type ByteSource, partOf } from "../base/byte-source.ts";
import { crc32 } from "../base/crc32.ts";
import { StriateError, messageOf, naming, namingSync } from "../base/errors.ts";
import { joinBytes } from "../base/join-bytes.ts";
import {
  type ZipEntry,
  bodyStart,
  checkInflation,
  deflated,
  readZipDirectory,
  stored,
} from "../data/files/zip-directory.ts";

/** A file inside a zip. */
export interface ZipMember {
  /** Bytes when unpacked, as the archive says. */
  size: number;
  /** Unpacks it and checks its sum. @throws StriateError when it is damaged or too large */
  read(): Promise<Uint8Array>;
  /**
   * {@link read} for a large file, of which parts are wanted one after the other: where the archive holds
   * it as it is, its bytes stay there.
   */
  open(): Promise<ByteSource>;
}

/** More than that is no model file. */
const maxMembers = 100_000;
/** A file that stays in the archive is summed in pieces of so many bytes. */
const pieceBytes = 1 << 18;

/**
 * Lists the files of a zip. Nothing is unpacked before it is asked for, and nothing that claims more
 * than its bytes can hold.
 *
 * @param name of the file, for messages
 * @param budget of the file that the zip is, or is a part of
 */
export function readZip(
  bytes: ByteSource,
  name: string,
  budget = new Budget(bytes.length),
): Promise<Map<string, ZipMember>> {
  return naming(name, async () => {
    const read = (offset: number, length: number) => bytes.subarray(offset, offset + length);
    const entries = await readZipDirectory(bytes.length, read);
    if (entries.length > maxMembers)
      throw new StriateError("the zip holds too many files to be a model");
    const files = entries.filter(({ kind }) => kind === "file");
    return new Map(files.map((entry) => [entry.path, memberOf(entry, bytes, name, budget)]));
  });
}

function memberOf(entry: ZipEntry, zip: ByteSource, name: string, budget: Budget): ZipMember {
  const { path, size, packedSize, method } = entry;
  const refuse = (what: string, cause?: unknown): never => {
    throw new StriateError(`${name}: "${path}" ${what}`, { cause });
  };
  /** The packed bytes where they lie, after a look at what is said of them. */
  const packed = (): ByteSource => {
    if (entry.encrypted) refuse("is encrypted");
    namingSync(`${name}: "${path}"`, () => checkInflation(entry));
    if (method !== stored && method !== deflated)
      refuse(`is packed by method ${method}, which is not read`);
    try {
      const start = entry.offset + bodyStart(zip.subarray(entry.offset, entry.offset + 30));
      return partOf(zip, start, packedSize);
    } catch (error) {
      return refuse(`is damaged: ${messageOf(error)}`, error);
    }
  };
  const unpack = (body: ByteSource): Uint8Array => {
    namingSync(name, () => budget.take(size, `"${path}"`));
    const bytes = body.subarray(0);
    if (method === stored) return bytes;
    try {
      // bounded: the budget was asked for it
      return inflateSync(bytes, { out: new Uint8Array(size) });
    } catch (error) {
      return refuse(`is damaged: ${messageOf(error)}`, error);
    }
  };
  const check = (bytes: ByteSource): void => {
    let sum = 0;
    for (let at = 0; at < bytes.length; at += pieceBytes)
      sum = crc32(bytes.subarray(at, Math.min(at + pieceBytes, bytes.length)), sum);
    if (bytes.length !== size || sum !== entry.crc) refuse("is damaged: its checksum is wrong");
  };
  const read = (body: ByteSource): ByteSource => {
    const bytes = method === stored ? body : unpack(body);
    check(bytes);
    return bytes;
  };
  return {
    size,
    read: async () => {
      const bytes = unpack(packed());
      check(bytes);
      return bytes;
    },
    open: async () => read(packed()),
  };
}

/** Made by Unix: a plain file that all may read. */
const [unix, plainFile] = [3, 0o100644];
/** The date that every archive gets, 1 January 1980: the same content gives the same bytes. */
const date = 0x21;
/** Who wrote it, so that a later run knows its own files. */
const comment = new TextEncoder().encode("striate");

/** A file to be put into a zip: its bytes, in one piece or in several. */
export type ZipInput = readonly [name: string, bytes: Uint8Array | ZipPieces];

/** Bytes that are made while they are written: gone through twice, `byteLength` of them in all. */
export type ZipPieces = Iterable<Uint8Array> & { readonly byteLength: number };

/** The bytes of a zip archive; files are stored as they are, as Keras and NumPy do. */
export function writeZip(files: readonly ZipInput[]): Uint8Array {
  return joinBytes([...zipPieces(files)]);
}

/**
 * The same piece by piece, for a file that is written as it is made: bodies are not copied.
 *
 * @throws StriateError for more than 4 GB
 */
export function* zipPieces(files: readonly ZipInput[]): Generator<Uint8Array> {
  const named = files.map(([name, bytes]) => {
    const pieces = bytes instanceof Uint8Array ? [bytes] : bytes;
    return { name: new TextEncoder().encode(name), pieces, length: bytes.byteLength };
  });
  const bodies = named.reduce((sum, { name, length }) => sum + 30 + name.length + length, 0);
  const listed = named.reduce((sum, { name }) => sum + 46 + name.length, 0);
  if (bodies + listed > mostZipBytes)
    throw new StriateError("a zip of more than 4 GB is not written; save as another kind of file");
  // bounded: what is written is in memory already
  const ending = new Uint8Array(listed + 22 + comment.length);
  const listing = new DataView(ending.buffer);
  let at = 0;
  let listAt = 0;
  for (const { name, pieces, length } of named) {
    // Version 1.0; whether the name is UTF-8; how it is packed; then time, date, sum and both sizes.
    const about = [10, name.some((code) => code > 127) ? 0x800 : 0, stored, 0, date];
    let sum = 0;
    for (const piece of pieces) sum = crc32(piece, sum);
    const write = (view: DataView, place: number) => {
      about.forEach((value, i) => view.setUint16(place + 2 * i, value, true));
      view.setUint32(place + 10, sum, true);
      view.setUint32(place + 14, length, true);
      view.setUint32(place + 18, length, true);
      view.setUint16(place + 22, name.length, true);
    };
    listing.setUint32(listAt, 0x02014b50, true);
    listing.setUint16(listAt + 4, unix << 8, true);
    write(listing, listAt + 6);
    listing.setUint32(listAt + 38, plainFile << 16, true);
    listing.setUint32(listAt + 42, at, true);
    ending.set(name, listAt + 46);
    listAt += 46 + name.length;
    const head = new Uint8Array(30 + name.length);
    const view = new DataView(head.buffer);
    view.setUint32(0, 0x04034b50, true);
    write(view, 4);
    head.set(name, 30);
    yield head;
    yield* pieces;
    at += head.length + length;
  }
  listing.setUint32(listAt, 0x06054b50, true);
  listing.setUint16(listAt + 8, named.length, true);
  listing.setUint16(listAt + 10, named.length, true);
  listing.setUint32(listAt + 12, listed, true);
  listing.setUint32(listAt + 16, bodies, true);
  listing.setUint16(listAt + 20, comment.length, true);
  ending.set(comment, listAt + 22);
  yield ending;
}

/** What its places of 32 bits can say. */
export const mostZipBytes = 0xffffffff;
