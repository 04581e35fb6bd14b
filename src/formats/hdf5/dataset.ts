import { StriateError } from "../../base/errors.ts";
import { sizeOf, stridesOf } from "../../base/shape.ts";
import { type NumericType, type Tensor, arrayFromBytes } from "../../base/tensor.ts";
import { walkTree } from "./btree-v1.ts";
import { toLittleEndian } from "./byte-order.ts";
import { type Cursor, damaged, unsupported } from "./cursor.ts";
import { readDataspace } from "./dataspace.ts";
import { type Datatype, readDatatype } from "./datatype.ts";
import { type Filter, readFilters, undoFilters } from "./filters.ts";
import { type Message, messageType } from "./object-header.ts";

/** What is known of a dataset before its elements are read. */
export interface DatasetInfo {
  shape: number[];
  datatype: Datatype;
  layout: Cursor;
  filters: Filter[];
}

/** Deflate cannot make more than about 1032 bytes of one: a larger claim is a lie. */
const maxInflation = 1040;

export function readDatasetInfo(messages: readonly Message[]): DatasetInfo {
  const body = (type: number): Cursor | undefined =>
    messages.find((message) => message.type === type)?.body.from(0);
  if (body(messageType.externalFiles)) unsupported("data in other files");
  const filters = body(messageType.filters);
  return {
    shape: readDataspace(body(messageType.dataspace) ?? damaged("a dataset has no shape")) ?? [0],
    datatype: readDatatype(body(messageType.datatype) ?? damaged("a dataset has no type")),
    layout: body(messageType.layout) ?? damaged("a dataset has no data"),
    filters: filters ? readFilters(filters) : [],
  };
}

/**
 * Reads the elements of a dataset. Of a file in memory they are a view where it holds them in one
 * piece, little-endian and aligned, as Keras writes them: do not change them in place.
 *
 * @throws StriateError when the elements are no numbers, or claim more room than the file can hold
 */
export function readElements(file: Cursor, info: DatasetInfo): Tensor<NumericType> {
  const { datatype, shape } = info;
  const type = typeOf(datatype);
  const bytes = toLittleEndian(readBytes(file, info), {
    size: datatype.size,
    littleEndian: datatype.kind !== "number" || datatype.littleEndian,
  });
  return { type, shape, data: arrayFromBytes(type, bytes) };
}

/** The type of the elements; opaque data of two bytes is how h5py keeps bfloat16. */
export function typeOf(datatype: Datatype): NumericType {
  if (datatype.kind === "number") return datatype.type;
  if (datatype.kind === "other" && datatype.what === "opaque data" && datatype.size === 2)
    return "bfloat16";
  throw new StriateError(
    `expected numbers, got ${datatype.kind === "other" ? datatype.what : "texts"}`,
  );
}

/**
 * Source: HDF5 File Format Specification 3.0, IV.A.2.i
 */
function readBytes(file: Cursor, info: DatasetInfo): Uint8Array {
  const { shape, datatype } = info;
  const layout = info.layout.from(0);
  const size = sizeOf(shape) * datatype.size;
  if (size === 0) return new Uint8Array(0);
  const version = layout.u8();
  if (version < 1 || version > 4) unsupported(`layout version ${version}`);
  if (version < 3) {
    const rank = layout.u8();
    const kind = layout.u8();
    layout.skip(5);
    const address = kind === 0 ? undefined : layout.offset();
    const lengths = Array.from({ length: rank }, () => layout.u32());
    if (kind === 0) return layout.part(layout.u32()).take(size);
    if (kind === 1) return contiguous(file, address, size);
    return readChunks(file, info, address, lengths.slice(0, -1), size);
  }
  const kind = layout.u8();
  if (kind === 0) return layout.part(layout.u16()).take(size);
  if (kind === 1) return contiguous(file, layout.offset(), size);
  if (kind !== 2) unsupported("a virtual dataset");
  if (version === 4) unsupported("the chunk index of HDF5 1.10");
  const rank = layout.u8();
  const address = layout.offset();
  const lengths = Array.from({ length: rank - 1 }, () => layout.u32());
  return readChunks(file, info, address, lengths, size);
}

function contiguous(file: Cursor, address: number | undefined, size: number): Uint8Array {
  if (address === undefined) damaged("a dataset was never written");
  return file.from(address!).take(size);
}

function readChunks(
  file: Cursor,
  { shape, datatype, filters }: DatasetInfo,
  tree: number | undefined,
  chunk: readonly number[],
  size: number,
): Uint8Array {
  if (tree === undefined) damaged("a dataset was never written");
  if (chunk.length !== shape.length || chunk.some((length) => length === 0))
    damaged("a dataset's chunks do not fit its shape");
  const fileBytes = file.from(0).left;
  const chunkBytes = sizeOf(chunk) * datatype.size;
  if (size > fileBytes * maxInflation || chunkBytes > fileBytes * maxInflation)
    damaged(`a dataset claims ${size} bytes in a file of ${fileBytes}`);
  const result = new Uint8Array(size);
  // A key is: stored bytes, filter mask, and the chunk's first element with the byte within it.
  for (const { key, child } of walkTree(file, tree!, 1, 8 + 8 * (chunk.length + 1))) {
    const stored = file.from(child).take(key.u32());
    const mask = key.u32();
    const start = chunk.map(() => key.uint(8));
    const bytes = undoFilters(stored, filters, mask, chunkBytes);
    if (bytes.length < chunkBytes) damaged("a chunk is too short");
    if (start.some((at, axis) => at >= shape[axis]!)) continue;
    placeChunk(result, shape, bytes, chunk, start, datatype.size);
  }
  return result;
}

/** Copies a chunk to its place, row by row; what sticks out over the edge is left out. */
function placeChunk(
  target: Uint8Array,
  shape: readonly number[],
  source: Uint8Array,
  chunk: readonly number[],
  start: readonly number[],
  width: number,
): void {
  const extent = chunk.map((length, axis) => Math.min(length, shape[axis]! - start[axis]!));
  const [to, from] = [stridesOf(shape), stridesOf(chunk)];
  const last = shape.length - 1;
  const copy = (axis: number, targetAt: number, sourceAt: number): void => {
    if (axis >= last) {
      const at = (targetAt + (start[axis] ?? 0)) * width;
      const bytes = (extent[axis] ?? 1) * width;
      target.set(source.subarray(sourceAt * width, sourceAt * width + bytes), at);
      return;
    }
    for (let i = 0; i < extent[axis]!; i++)
      copy(axis + 1, targetAt + (start[axis]! + i) * to[axis]!, sourceAt + i * from[axis]!);
  };
  copy(0, 0, 0);
}
