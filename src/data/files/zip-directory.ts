import { StriateError } from "../../base/errors.ts";

/** A file of a zip, as the directory at the archive's end has it. */
export interface ZipEntry {
  /** With `/` between its parts, as the archive has it otherwise. */
  readonly path: string;
  /** Bytes when unpacked, as the archive says. */
  readonly size: number;
  readonly packedSize: number;
  /** How it is packed: {@link stored} or {@link deflated}. */
  readonly method: number;
  /** CRC-32 of the unpacked bytes. */
  readonly crc: number;
  /** Where its local header begins. */
  readonly offset: number;
  /** Bytes of its local header, when its extra field is as long as in the directory. */
  readonly headerSize: number;
  readonly encrypted: boolean;
  readonly kind: "file" | "folder" | "link";
}

export const stored = 0;
export const deflated = 8;

/** Deflate cannot make more than about 1032 bytes of one: a larger claim is a lie. */
const maxInflation = 1040;

/** No archive of models or pictures holds more files. */
const maxEntries = 2_000_000;

const localHeaderSize = 30;
const directoryHeaderSize = 46;
const endSize = 22;
const longestComment = 0xffff;
const signatures = { local: 0x04034b50, directory: 0x02014b50, end: 0x06054b50 } as const;
const zip64 = { end: 0x06064b50, locator: 0x07064b50, locatorSize: 20, field: 1 } as const;

/** A way to the bytes of an archive; fewer than asked for where it ends. */
export type ReadBytes = (offset: number, length: number) => Uint8Array | Promise<Uint8Array>;

/**
 * Lists a zip by the directory at its end. Nothing is unpacked, and no more memory is taken than the
 * archive has bytes. No byte belongs to two files: with {@link checkInflation}, no zip is more than a
 * thousand times as large when unpacked.
 *
 * @throws StriateError (without the file's name) when the archive is cut off, damaged or overlaps itself
 * @see APPNOTE.TXT 6.3.10, section 4.3
 */
export async function readZipDirectory(length: number, read: ReadBytes): Promise<ZipEntry[]> {
  const { start, size, shift } = await findDirectory(length, read);
  const bytes = await read(start, size);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: ZipEntry[] = [];
  let claimed = size;
  for (let at = 0; at < bytes.length;) {
    if (
      at + directoryHeaderSize > bytes.length ||
      view.getUint32(at, true) !== signatures.directory
    )
      throw damaged("its list of files breaks off");
    const nameEnd = at + directoryHeaderSize + view.getUint16(at + 28, true);
    const extraEnd = nameEnd + view.getUint16(at + 30, true);
    const end = extraEnd + view.getUint16(at + 32, true);
    if (end > bytes.length) throw damaged("its list of files breaks off");
    const name = bytes.subarray(at + directoryHeaderSize, nameEnd);
    const extra = extraFields(bytes.subarray(nameEnd, extraEnd));
    const flags = view.getUint16(at + 8, true);
    const path = nameOf(name, (flags & 0x800) !== 0, extra);
    const [packed, size, offset] = longNumbers(view, at, extra.get(zip64.field));
    const entry = {
      path,
      size,
      packedSize: packed,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      offset: offset + shift,
      headerSize: localHeaderSize + name.length + (extraEnd - nameEnd),
      encrypted: (flags & 1) !== 0,
      kind: kindOf(path, view.getUint8(at + 5), view.getUint32(at + 38, true)),
    };
    if (!(entry.offset >= 0 && entry.offset + localHeaderSize + packed <= length))
      throw damaged(`"${path}" lies beyond its end`);
    claimed += localHeaderSize + packed;
    if (claimed > length) throw damaged("its files overlap one another");
    entries.push(entry);
    if (entries.length > maxEntries) throw new StriateError("the zip holds too many files");
    at = end;
  }
  return entries;
}

/** @throws StriateError in words that follow the name of the file, when its packed bytes cannot hold it */
export function checkInflation({ size, packedSize }: ZipEntry): void {
  if (size > packedSize * maxInflation + 64)
    throw new StriateError(
      `claims to be ${size} bytes large, more than its ${packedSize} packed ones can hold`,
    );
}

/** Where a file's packed bytes begin within `bytes`, which begin with its local header. */
export function bodyStart(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < localHeaderSize || view.getUint32(0, true) !== signatures.local)
    throw new StriateError("the zip is damaged here: there is no file header");
  return localHeaderSize + view.getUint16(26, true) + view.getUint16(28, true);
}

/**
 * Where the directory lies. A zip may stand behind something else (a program, a TFLite file) whose bytes
 * its offsets do not count: they are off by `shift` then, as Python's `zipfile` has it.
 */
async function findDirectory(length: number, read: ReadBytes) {
  const tail = Math.min(length, endSize + longestComment + zip64.locatorSize);
  const bytes = await read(length - tail, tail);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isEnd = (at: number) =>
    view.getUint32(at, true) === signatures.end &&
    at + endSize + view.getUint16(at + 20, true) <= bytes.length;
  let at = bytes.length - endSize;
  while (at >= 0 && !isEnd(at)) at--;
  if (at < 0) throw damaged("the list of files at its end is missing");
  let size = view.getUint32(at + 12, true);
  let offset = view.getUint32(at + 16, true);
  let end = length - tail + at;
  const locator = at - zip64.locatorSize;
  if (locator >= 0 && view.getUint32(locator, true) === zip64.locator) {
    end = Number(view.getBigUint64(locator + 8, true));
    const head = end + 56 <= length ? await read(end, 56) : new Uint8Array(0);
    const long = new DataView(head.buffer, head.byteOffset, head.byteLength);
    if (head.length < 56 || long.getUint32(0, true) !== zip64.end)
      throw damaged("the list of files at its end is missing");
    size = Number(long.getBigUint64(40, true));
    offset = Number(long.getBigUint64(48, true));
  }
  const start = end - size;
  if (start < offset) throw damaged("the list of files at its end is missing");
  return { start, size, shift: start - offset };
}

/** The fields of a file that older archives have no room for, by their number. */
function extraFields(bytes: Uint8Array): Map<number, DataView> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields = new Map<number, DataView>();
  for (let at = 0; at + 4 <= bytes.length;) {
    const size = view.getUint16(at + 2, true);
    if (at + 4 + size > bytes.length) break;
    fields.set(
      view.getUint16(at, true),
      new DataView(bytes.buffer, bytes.byteOffset + at + 4, size),
    );
    at += 4 + size;
  }
  return fields;
}

/** Packed size, size and offset: 64 bits in the extra field where 32 do not hold them. */
function longNumbers(view: DataView, at: number, long?: DataView): [number, number, number] {
  let next = 0;
  const number = (place: number): number => {
    const short = view.getUint32(at + place, true);
    if (short !== 0xffffffff || long === undefined || next + 8 > long.byteLength) return short;
    next += 8;
    return Number(long.getBigUint64(next - 8, true));
  };
  // The extra field has the size first.
  const size = number(24);
  return [number(20), size, number(42)];
}

/** Windows' own zips part folders by `\`; a name that begins with `/` or `./` is inside all the same. */
function nameOf(bytes: Uint8Array, isUtf8: boolean, extra: ReadonlyMap<number, DataView>): string {
  const unicode = extra.get(0x7075);
  const text =
    unicode && unicode.byteLength > 5
      ? utf8(new Uint8Array(unicode.buffer, unicode.byteOffset + 5, unicode.byteLength - 5))
      : isUtf8
        ? utf8(bytes)
        : Array.from(bytes, (code) =>
            code < 128 ? String.fromCharCode(code) : codePage437[code - 128],
          ).join("");
  return text.replaceAll("\\", "/").replace(/^(\.?\/)+/, "");
}

const utf8 = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** What DOS had behind ASCII, and zips without a word about it have. */
const codePage437 =
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀" +
  "αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

/** @param madeBy 3 is Unix, whose file modes stand in the upper half of the attributes */
function kindOf(path: string, madeBy: number, attributes: number): ZipEntry["kind"] {
  if (path.endsWith("/") || path === "") return "folder";
  const type = madeBy === 3 ? (attributes >>> 28) & 15 : 0;
  return type === 10 ? "link" : type === 4 ? "folder" : "file";
}

const damaged = (what: string): StriateError =>
  new StriateError(`the zip is cut off or damaged: ${what}; download or copy it again`);
