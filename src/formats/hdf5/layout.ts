import { type Cursor, damaged, unsupported } from "./cursor.ts";

/** Where the elements of a dataset lie. */
export type Layout =
  /** In the description itself. */
  | { kind: "compact"; data: Cursor }
  /** In one piece; without an address nothing was ever written. */
  | { kind: "contiguous"; address: number | undefined }
  | ({ kind: "chunked" } & ChunkedLayout);

export interface ChunkedLayout {
  /** Elements of a chunk along each axis. */
  chunk: number[];
  /** Of the index; undefined where no chunk was ever written. */
  address: number | undefined;
  index: ChunkIndex;
  /** Whether chunks that stick out over the edge are stored as they are. */
  plainEdges: boolean;
}

/** How the chunks of a dataset are found. */
export type ChunkIndex =
  | { kind: "tree-v1" }
  /** One chunk holds all; what it takes where it is filtered. */
  | { kind: "single"; stored?: { bytes: number; mask: number } }
  /** The chunks lie one behind the other. */
  | { kind: "implicit" }
  | { kind: "fixed-array" }
  | { kind: "extensible-array" }
  | { kind: "tree-v2" };

/**
 * Reads a data layout message.
 *
 * Source: HDF5 File Format Specification 3.0, IV.A.2.i
 */
export function readLayout(body: Cursor): Layout {
  const version = body.u8();
  if (version < 1 || version > 4) unsupported(`layout version ${version}`);
  if (version < 3) return readOld(body);
  const kind = body.u8();
  if (kind === 0) return { kind: "compact", data: body.part(body.u16()) };
  if (kind === 1) return { kind: "contiguous", address: body.offset() };
  if (kind !== 2) unsupported("a virtual dataset");
  if (version === 4) return readIndexed(body);
  const rank = rankOf(body);
  const address = body.offset();
  const chunk = lengths(rank, () => body.u32());
  return { kind: "chunked", chunk, address, index: { kind: "tree-v1" }, plainEdges: false };
}

function readOld(body: Cursor): Layout {
  const rank = rankOf(body);
  const kind = body.u8();
  body.skip(5);
  const address = kind === 0 ? undefined : body.offset();
  const sizes = Array.from({ length: rank }, () => body.u32());
  if (kind === 1) return { kind: "contiguous", address };
  if (kind === 2) {
    const chunk = sizes.slice(0, -1);
    return { kind: "chunked", chunk, address, index: { kind: "tree-v1" }, plainEdges: false };
  }
  return { kind: "compact", data: body.part(body.u32()) };
}

/** The chunk indices that came with HDF5 1.10. */
function readIndexed(body: Cursor): Layout {
  const flags = body.u8();
  const rank = rankOf(body);
  const width = body.u8();
  if (width < 1 || width > 8) damaged(`the lengths of a chunk are ${width} bytes wide`);
  const chunk = lengths(rank, () => body.uint(width));
  const index = readIndex(body, flags);
  return { kind: "chunked", chunk, address: body.offset(), index, plainEdges: (flags & 1) !== 0 };
}

function readIndex(body: Cursor, flags: number): ChunkIndex {
  const kind = body.u8();
  switch (kind) {
    case 1:
      return flags & 2
        ? { kind: "single", stored: { bytes: body.length(), mask: body.u32() } }
        : { kind: "single" };
    case 2:
      return { kind: "implicit" };
    case 3:
      body.skip(1); // the array says it itself
      return { kind: "fixed-array" };
    case 4:
      body.skip(5);
      return { kind: "extensible-array" };
    case 5:
      body.skip(6);
      return { kind: "tree-v2" };
    default:
      return unsupported(`chunk index ${kind}`);
  }
}

/** Axes of a chunk, the bytes of an element as one more. */
function rankOf(body: Cursor): number {
  const rank = body.u8();
  if (rank > 33) damaged(`a dataset's chunks have ${rank} axes`);
  return rank;
}

/** The lengths of a chunk without the last one, which is the size of an element. */
const lengths = (rank: number, next: () => number): number[] =>
  Array.from({ length: rank }, next).slice(0, -1);
