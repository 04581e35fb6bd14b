import { unzlibSync } from "fflate";
import { type Cursor, damaged, unsupported } from "./cursor.ts";
import { fletcher32 } from "./fletcher32.ts";
import { unpackLzf } from "./lzf.ts";

/** One step of what was done to a chunk when it was written. */
export interface Filter {
  id: number;
  values: number[];
}

/**
 * Reads a filter pipeline message.
 *
 * Source: HDF5 File Format Specification 3.0, IV.A.2.l
 */
export function readFilters(body: Cursor): Filter[] {
  const version = body.u8();
  if (version !== 1 && version !== 2) damaged(`a list of filters has version ${version}`);
  const count = body.u8();
  if (version === 1) body.skip(6);
  // bounded: by 8 bits
  return Array.from({ length: count }, () => {
    const id = body.u16();
    const nameBytes = version === 1 || id >= 256 ? body.u16() : 0;
    body.skip(2); // flags
    const values = body.u16();
    body.skip(version === 1 ? Math.ceil(nameBytes / 8) * 8 : nameBytes);
    // bounded: by 16 bits
    const filter = { id, values: Array.from({ length: values }, () => body.u32()) };
    if (version === 1 && values % 2 === 1) body.skip(4);
    return filter;
  });
}

/**
 * Undoes the filters of a chunk.
 *
 * @param mask has a bit set for each filter that was left out for this chunk
 * @param size of the chunk in bytes: nothing larger is made, whatever the data says
 */
export function undoFilters(
  stored: Uint8Array,
  filters: readonly Filter[],
  mask: number,
  size: number,
): Uint8Array {
  let bytes = stored;
  for (let i = filters.length - 1; i >= 0; i--) {
    if (mask & (1 << i)) continue;
    const { id, values } = filters[i]!;
    if (id === 1) bytes = inflate(bytes, size);
    else if (id === 2) bytes = unshuffle(bytes, values[0] ?? 1);
    else if (id === 3) bytes = checked(bytes);
    else if (id === 32000) bytes = unpackLzf(bytes, size + sumBytes) ?? unreadable();
    else unsupported(`the compression filter ${filterNames[id] ?? id}`);
  }
  return bytes;
}

const filterNames: Record<number, string> = {
  4: "szip",
  5: "nbit",
  6: "scale-offset",
};

/** A check sum that a later filter takes off may make the chunk a little longer than its elements. */
const sumBytes = 4;
const unreadable = (): never => damaged("compressed data cannot be read");

function inflate(bytes: Uint8Array, size: number): Uint8Array {
  try {
    // bounded: the size of a chunk, for which the budget was asked
    return unzlibSync(bytes, { out: new Uint8Array(size + sumBytes) });
  } catch {
    return unreadable();
  }
}

/** Takes the check sum off the end, if it is right. */
function checked(bytes: Uint8Array): Uint8Array {
  const data = bytes.subarray(0, -sumBytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sum = bytes.length < sumBytes ? NaN : view.getUint32(data.length, true);
  const own = fletcher32(data);
  // Old libraries wrote it with the bytes of each half swapped.
  const swapped = (((own & 0x00ff00ff) << 8) | ((own >>> 8) & 0x00ff00ff)) >>> 0;
  if (sum !== own && sum !== swapped) damaged("the check sum of a chunk is wrong; copy it again");
  return data;
}

/** Puts the bytes of each element together again: the filter had put all first bytes first. */
function unshuffle(bytes: Uint8Array, width: number): Uint8Array {
  const count = Math.floor(bytes.length / Math.max(width, 1));
  if (width < 2) return bytes;
  const result = bytes.slice();
  for (let byte = 0; byte < width; byte++)
    for (let i = 0; i < count; i++) result[i * width + byte] = bytes[byte * count + i]!;
  return result;
}
