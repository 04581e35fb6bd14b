import type { Writer } from "@zip.js/zip.js";
import { type ByteSource, partOf } from "../base/byte-source.ts";
import { StriateError, messageOf } from "../base/errors.ts";

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

/** Deflate cannot make more than about 1032 bytes of one: a larger claim is a lie. */
const maxInflation = 1040;
/** More than that is no model file. */
const maxMembers = 100_000;

/** Whether the bytes begin as a zip does. */
export function isZip(bytes: ByteSource): boolean {
  const head = bytes.subarray(0, 4);
  return head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4;
}

// Loaded when a zip comes by: most model files are none.
const library = () => import("@zip.js/zip.js");
type Zip = Awaited<ReturnType<typeof library>>;

/**
 * Lists the files of a zip. Nothing is unpacked before it is asked for, and nothing that claims more
 * than its bytes can hold.
 *
 * @param name of the file, for messages
 */
export async function readZip(bytes: ByteSource, name: string): Promise<Map<string, ZipMember>> {
  const zip = await library();
  zip.configure({ useWebWorkers: false });
  const refuse = (what: string, cause?: unknown): never => {
    throw new StriateError(`${name}: ${what}`, { cause });
  };
  const reader = new zip.ZipReader(readerOf(bytes, zip), {
    checkSignature: true,
    // Nothing is ever unpacked to a disk: a name is only a name.
    filenameValidation: "tolerant",
  });
  const members = new Map<string, ZipMember>();
  try {
    for await (const entry of reader.getEntriesGenerator()) {
      if (entry.directory) continue;
      const { filename, compressedSize, uncompressedSize: size } = entry;
      const unpack = async <T extends { length: number }>(writer: Writer<T>): Promise<T> => {
        if (entry.encrypted) refuse(`"${filename}" is encrypted`);
        if (compressedSize > bytes.length || size > compressedSize * maxInflation + 64)
          refuse(
            `"${filename}" claims to be ${size} bytes large, more than its ${compressedSize} can hold`,
          );
        try {
          const data = (await entry.getData(writer)) as T;
          if (data.length !== size) refuse(`"${filename}" is damaged`);
          return data;
        } catch (error) {
          return refuse(`"${filename}" is damaged: ${messageOf(error)}`, error);
        }
      };
      const read = () => unpack(new zip.Uint8ArrayWriter());
      const open = async (): Promise<ByteSource> => {
        const start = entry.compressionMethod === 0 ? dataStart(bytes, entry.offset) : undefined;
        if (start === undefined) return read();
        await unpack(countOnly(zip));
        return partOf(bytes, start, size);
      };
      members.set(filename, { size, read, open });
      if (members.size > maxMembers) refuse("holds too many files to be a model");
    }
  } catch (error) {
    if (error instanceof StriateError) throw error;
    refuse(`is a damaged zip archive (${messageOf(error)}); download or copy it again`, error);
  }
  return members;
}

/** zip.js' way to the bytes of a file: it asks for piece after piece. */
function readerOf(bytes: ByteSource, { Reader }: Zip) {
  class SourceReader extends Reader<ByteSource> {
    override size = bytes.length;
    override readUint8Array(at: number, length: number): Promise<Uint8Array> {
      return Promise.resolve(bytes.subarray(at, at + length));
    }
  }
  return new SourceReader(bytes);
}

/** Counts what is unpacked and keeps nothing: what remains is that its sum was right. */
function countOnly({ Writer }: Zip): Writer<{ length: number }> {
  class Counter extends Writer<{ length: number }> {
    #length = 0;
    override writeUint8Array({ length }: Uint8Array): Promise<void> {
      this.#length += length;
      return Promise.resolve();
    }
    override getData(): Promise<{ length: number }> {
      return Promise.resolve({ length: this.#length });
    }
  }
  return new Counter();
}

/** Where the bytes of a file begin, behind its local header (APPNOTE 4.3.7); undefined where there is none. */
function dataStart(zip: ByteSource, header: number): number | undefined {
  const bytes = zip.subarray(header, header + 30);
  if (bytes.length < 30 || !isZip(bytes)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return header + 30 + view.getUint16(26, true) + view.getUint16(28, true);
}

/** A moment that every archive gets: the same content gives the same bytes. */
const epoch = new Date(1980, 0, 1);

/** The bytes of a zip archive; files are stored as they are, as Keras and NumPy do. */
export async function writeZip(
  files: readonly (readonly [name: string, bytes: Uint8Array])[],
): Promise<Uint8Array> {
  const zip = await library();
  zip.configure({ useWebWorkers: false });
  const writer = new zip.ZipWriter(new zip.Uint8ArrayWriter(), {
    level: 0,
    extendedTimestamp: false,
    lastModDate: epoch,
    dataDescriptor: false,
  });
  for (const [name, bytes] of files) await writer.add(name, new zip.Uint8ArrayReader(bytes));
  return (await writer.close()) as Uint8Array;
}
