/**
 * The bytes of a file, wherever they lie. A `Uint8Array` is one; a file on disk is another, of which no
 * more is read than is asked for.
 */
export interface ByteSource {
  readonly length: number;
  /** The bytes from `begin` up to `end` (to the last by default): a view or a copy, not to be changed. */
  subarray(begin: number, end?: number): Uint8Array;
}

/** A part of a file as a file of its own. */
export function partOf(bytes: ByteSource, start: number, length: number): ByteSource {
  return {
    length,
    subarray: (begin, end = length) =>
      bytes.subarray(start + Math.min(begin, length), start + Math.min(end, length)),
  };
}
