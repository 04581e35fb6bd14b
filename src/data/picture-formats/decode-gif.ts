import { StriateError } from "../../base/errors.ts";
import { ByteReader } from "./bytes.ts";

/** The first frame of a GIF, laid on its screen. */
export interface GifFrame {
  readonly width: number;
  readonly height: number;
  /** RGB bytes, row by row. */
  readonly data: Uint8Array;
  readonly transparent: boolean;
  readonly interlaced: boolean;
}

const extension = 0x21;
const descriptor = 0x2c;
const trailer = 0x3b;
const graphicControl = 0xf9;

/**
 * Decodes the first frame. Transparent pixels keep the colour that the palette gives them, and what
 * the frame leaves uncovered gets the transparent colour too, as Pillow's `convert("RGB")` has it
 * (TensorFlow paints both black).
 *
 * Source: the GIF89a specification; appendix F for the compression.
 */
export function decodeGif(bytes: Uint8Array, maxPixels: number): GifFrame {
  const reader = new ByteReader(bytes, "little");
  const flags = reader.u8(10);
  let at = 13;
  const shared = flags & 0x80 ? bytes.subarray(at, at + (6 << (flags & 7))) : undefined;
  at += shared?.length ?? 0;
  let transparent: number | undefined;
  for (;;) {
    const block = bytes[at++];
    if (block === undefined || block === trailer)
      throw new StriateError("the GIF is cut off or damaged: it holds no frame");
    if (block === extension) {
      if (bytes[at] === graphicControl && reader.u8(at + 2) & 1) transparent = reader.u8(at + 5);
      at = skipBlocks(bytes, at + 1);
    } else if (block === descriptor) break;
  }
  const [left, top] = [reader.u16(at), reader.u16(at + 2)];
  const [frameWidth, frameHeight] = [reader.u16(at + 4), reader.u16(at + 6)];
  const frameFlags = reader.u8(at + 8);
  at += 9;
  const width = Math.max(reader.u16(6), left + frameWidth);
  const height = Math.max(reader.u16(8), top + frameHeight);
  if (!(width * height <= maxPixels))
    throw new StriateError(
      `the GIF is too large: its first frame needs ${width} x ${height} pixels`,
    );
  const own = frameFlags & 0x80 ? bytes.subarray(at, at + (6 << (frameFlags & 7))) : undefined;
  at += own?.length ?? 0;
  const interlaced = (frameFlags & 0x40) !== 0;
  const indices = decompress(bytes, at, frameWidth * frameHeight);
  const screen = new Uint8Array(width * height).fill(transparent ?? 0);
  const rows = interlaced ? interlacedRows(frameHeight) : undefined;
  for (let i = 0; i < frameHeight; i++) {
    const y = rows?.[i] ?? i;
    const row = indices.subarray(i * frameWidth, (i + 1) * frameWidth);
    screen.set(row, (top + y) * width + left);
  }
  const data = paint(screen, own ?? shared);
  return { width, height, data, transparent: transparent !== undefined, interlaced };
}

function skipBlocks(bytes: Uint8Array, start: number): number {
  let at = start;
  for (let length = bytes[at++]; length; length = bytes[at++]) at += length;
  return at;
}

/** The order of rows in an interlaced frame: every 8th, the 8ths between, the 4ths, the odd ones. */
function interlacedRows(height: number): number[] {
  const rows: number[] = [];
  for (const [first, step] of [
    [0, 8],
    [4, 8],
    [2, 4],
    [1, 2],
  ] as const)
    for (let y = first; y < height; y += step) rows.push(y);
  return rows;
}

/** Looks the indices up; without a palette an index is a grey level. */
function paint(indices: Uint8Array, palette: Uint8Array | undefined): Uint8Array {
  const rgb = new Uint8Array(indices.length * 3);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    for (let c = 0; c < 3; c++) rgb[3 * i + c] = palette ? (palette[3 * index + c] ?? 0) : index;
  }
  return rgb;
}

/** Undoes the variable-width LZW code of `count` palette indices. */
function decompress(bytes: Uint8Array, start: number, count: number): Uint8Array {
  const cut = () => new StriateError("the GIF is cut off or damaged: its first frame is not whole");
  const rootBits = bytes[start];
  if (rootBits === undefined || rootBits < 1 || rootBits > 11) throw cut();
  const clear = 1 << rootBits;
  const end = clear + 1;
  // Code k stands for the string of `prefix[k]` and one more index, `suffix[k]`.
  const prefix = new Uint16Array(4096);
  const suffix = new Uint8Array(4096);
  const length = new Uint16Array(4096);
  for (let code = 0; code < clear; code++) [suffix[code], length[code]] = [code, 1];
  const out = new Uint8Array(count);
  let [written, next, width] = [0, end + 1, rootBits + 1];
  let previous = -1;
  let [bits, held] = [0, 0];
  let at = start + 1;
  let blockEnd = at;
  while (written < count) {
    while (held < width) {
      if (at === blockEnd) {
        const size = bytes[at++];
        if (!size) throw cut();
        blockEnd = at + size;
      }
      if (at >= bytes.length) throw cut();
      bits |= bytes[at++]! << held;
      held += 8;
    }
    const code = bits & ((1 << width) - 1);
    bits >>>= width;
    held -= width;
    if (code === clear) {
      [next, width, previous] = [end + 1, rootBits + 1, -1];
      continue;
    }
    if (code === end) throw cut();
    if (code > next || (code === next && previous < 0)) throw cut();
    // A code that is being defined just now repeats the previous string and its first index.
    const known = code < next ? code : previous;
    const size = length[known]! + (code < next ? 0 : 1);
    let walk = known;
    for (let to = written + length[known]! - 1; to >= written; to--) {
      if (to < count) out[to] = suffix[walk]!;
      walk = prefix[walk]!;
    }
    const first = out[written]!;
    if (code === next && written + size <= count) out[written + size - 1] = first;
    written += size;
    if (previous >= 0 && next < 4096) {
      [prefix[next], suffix[next], length[next]] = [previous, first, length[previous]! + 1];
      next++;
      if (next === 1 << width && width < 12) width++;
    }
    previous = code;
  }
  return out;
}
