/** The files of a data set, wherever they lie: a folder, an archive, what was dropped into a page. */
export interface FileSet {
  /** As the user named it; for messages. */
  readonly name: string;
  /** Every file that is not litter. */
  readonly files: readonly DataFile[];
  /** Every folder that is not litter, so that empty ones are seen. */
  readonly folders: readonly string[];
  /** The first bytes of a file, up to `count`; fewer when it is shorter or they cannot be had. */
  head(index: number, count: number): Uint8Array | Promise<Uint8Array>;
  /** A whole file. @throws StriateError (without its name) when it is damaged or cannot be read */
  read(index: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface DataFile {
  /** With `/` between its parts, from the top of the set. */
  readonly path: string;
  /** In bytes; 1 where it is not known before it is read. */
  readonly size: number;
  /** CRC-32 of its bytes, where it is known without reading them. */
  readonly crc?: number;
}

/** A large file of which parts are read. */
export interface RandomAccessFile {
  readonly size: number;
  /** Some of its bytes; fewer than asked for where it ends. */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** The same at once, where the platform can: a tenth of the time for thousands of small parts. */
  readNow?(offset: number, length: number): Uint8Array;
  close(): Promise<void>;
}

/** No picture file is larger; nothing above it is read into memory. */
export const maxPictureBytes = 2 ** 30;

/** Deeper nesting is an attack or a loop, no order that a person keeps pictures in. */
export const maxDepth = 64;
