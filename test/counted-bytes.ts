import type { ByteSource } from "../src/base/byte-source.ts";

/** Bytes that note what is read of them, as pieces from `begin` up to `end`. */
export interface CountedBytes extends ByteSource {
  readonly reads: { begin: number; end: number }[];
}

/** A file that is read piece by piece, as one on disk is: every piece is a copy. */
export function countedBytes(bytes: Uint8Array): CountedBytes {
  const reads: CountedBytes["reads"] = [];
  return {
    reads,
    length: bytes.length,
    subarray(begin, end = bytes.length) {
      const piece = new Uint8Array(bytes.subarray(begin, end));
      reads.push({ begin, end: begin + piece.length });
      return piece;
    },
  };
}
