import { StriateError } from "../../base/errors.ts";
import { sizeOf, stridesOf } from "../../base/shape.ts";
import { type NumericType, type Tensor, arrayFromBytes } from "../../base/tensor.ts";
import { toLittleEndian } from "./byte-order.ts";
import { type Extent, storedChunks } from "./chunks.ts";
import { type Cursor, damaged, unsupported } from "./cursor.ts";
import { readDataspace } from "./dataspace.ts";
import { type Datatype, readDatatype } from "./datatype.ts";
import { readFillValue } from "./fill-value.ts";
import { type Filter, readFilters, undoFilters } from "./filters.ts";
import { type ChunkedLayout, readLayout } from "./layout.ts";
import { type Message, messageType } from "./object-header.ts";

/** What is known of a dataset before its elements are read. */
export interface DatasetInfo extends Extent {
  shape: number[];
  datatype: Datatype;
  layout: Cursor;
  filters: Filter[];
  /** Bytes of the element that stands where nothing was written; undefined for zeros. */
  fill: Uint8Array | undefined;
}

export function readDatasetInfo(messages: readonly Message[]): DatasetInfo {
  const body = (type: number): Cursor | undefined =>
    messages.find((message) => message.type === type)?.body.from(0);
  if (body(messageType.externalFiles)) unsupported("data in other files");
  const filters = body(messageType.filters);
  const space = readDataspace(body(messageType.dataspace) ?? damaged("a dataset has no shape"));
  const datatype = readDatatype(body(messageType.datatype) ?? damaged("a dataset has no type"));
  return {
    shape: space?.shape ?? [0],
    maxShape: space?.maxShape ?? [0],
    datatype,
    layout: body(messageType.layout) ?? damaged("a dataset has no data"),
    filters: filters ? readFilters(filters) : [],
    // The fill value of texts is of no use to anyone here.
    fill: datatype.kind === "number" ? readFillValue(messages, datatype.size) : undefined,
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

function readBytes(file: Cursor, info: DatasetInfo): Uint8Array {
  const size = sizeOf(info.shape) * info.datatype.size;
  if (size === 0) return new Uint8Array(0);
  file.budget.take(size, "a dataset");
  const layout = readLayout(info.layout.from(0));
  if (layout.kind === "compact") return layout.data.take(size);
  if (layout.kind === "chunked") return readChunks(file, info, layout, size);
  return layout.address === undefined ? filled(info, size) : file.from(layout.address).take(size);
}

/** Room for the elements, as it is before anything is written. */
function filled({ fill }: DatasetInfo, size: number): Uint8Array {
  // bounded: the budget was asked for it
  const result = new Uint8Array(size);
  if (fill) for (let at = 0; at < size; at += fill.length) result.set(fill, at);
  return result;
}

function readChunks(
  file: Cursor,
  info: DatasetInfo,
  layout: ChunkedLayout,
  size: number,
): Uint8Array {
  const { shape, datatype, filters } = info;
  const { chunk, plainEdges } = layout;
  if (chunk.length !== shape.length || chunk.some((length) => !(length > 0)))
    damaged("a dataset's chunks do not fit its shape");
  const chunkBytes = sizeOf(chunk) * datatype.size;
  file.budget.take(chunkBytes, "a chunk of a dataset");
  const result = filled(info, size);
  for (const { start, stored } of storedChunks(file, layout, info, chunkBytes)) {
    if (start.some((at, axis) => !(at < shape[axis]!))) continue;
    // A chunk may be larger than the dataset, and as often as the file names it.
    file.budget.step(Math.ceil(chunkBytes / 64));
    const isEdge = start.some((at, axis) => at + chunk[axis]! > shape[axis]!);
    const packed = file.from(stored.address).take(stored.bytes);
    const own = plainEdges && isEdge ? [] : filters;
    const bytes = undoFilters(packed, own, stored.mask, chunkBytes);
    if (bytes.length < chunkBytes) damaged("a chunk is too short");
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
