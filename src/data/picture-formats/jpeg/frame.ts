import { largest } from "../../../base/extremes.ts";
import { ByteReader } from "../bytes.ts";
import { HuffmanTable } from "./huffman.ts";
import { Irregular } from "./irregular.ts";

/** One colour component of a frame, with its coefficients. */
export interface Component {
  readonly id: number;
  /** Samples across and down in each smallest unit that all components share. */
  readonly h: number;
  readonly v: number;
  readonly quantization: number;
  /** Blocks across and down that hold samples; the coefficient planes are padded to whole units. */
  readonly blocksWide: number;
  readonly blocksHigh: number;
  readonly stride: number;
  /** 64 coefficients a block, in natural order. */
  readonly coefficients: Int16Array;
}

export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly progressive: boolean;
  readonly components: readonly Component[];
  readonly unitsWide: number;
  readonly unitsHigh: number;
}

/** What the markers of a JPEG said so far. */
export interface Tables {
  readonly quantization: (Uint16Array | undefined)[];
  readonly dc: (HuffmanTable | undefined)[];
  readonly ac: (HuffmanTable | undefined)[];
  restartInterval: number;
  jfif: boolean;
  /** The colour transform that Adobe's marker names. */
  adobe?: number;
}

/** Where coefficient `k` of the zigzag order stands in a block. */
export const zigzag: Uint8Array = Uint8Array.from([
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20,
  13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52,
  45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
]);

/** Reads a frame header (SOF0, SOF1 or SOF2) and makes room for its coefficients. */
export function readFrame(segment: Uint8Array, progressive: boolean): Frame {
  const reader = new ByteReader(segment, "big");
  const [height, width, count] = [reader.u16(1), reader.u16(3), reader.u8(5)];
  if (reader.u8(0) !== 8 || ![1, 3, 4].includes(count) || segment.length !== 6 + 3 * count)
    throw new Irregular("a frame of another kind");
  if (!(width > 0 && height > 0)) throw new Irregular("a frame without a size");
  const stated = Array.from({ length: count }, (_, i) => {
    const at = 6 + 3 * i;
    const sampling = reader.u8(at + 1);
    return {
      id: reader.u8(at),
      h: sampling >> 4,
      v: sampling & 15,
      quantization: reader.u8(at + 2),
    };
  });
  if (stated.some(({ h, v, quantization }) => h < 1 || h > 4 || v < 1 || v > 4 || quantization > 3))
    throw new Irregular("sampling of another kind");
  const maxH = largest(stated.map(({ h }) => h));
  const maxV = largest(stated.map(({ v }) => v));
  const unitsWide = Math.ceil(width / (8 * maxH));
  const unitsHigh = Math.ceil(height / (8 * maxV));
  const components = stated.map((component) => {
    const { h, v } = component;
    const stride = unitsWide * h;
    return {
      ...component,
      blocksWide: Math.ceil(Math.ceil((width * h) / maxH) / 8),
      blocksHigh: Math.ceil(Math.ceil((height * v) / maxV) / 8),
      stride,
      coefficients: new Int16Array(stride * unitsHigh * v * 64),
    };
  });
  return { width, height, progressive, components, unitsWide, unitsHigh };
}

/** Reads quantisation tables (DQT). */
export function readQuantization(segment: Uint8Array, tables: Tables): void {
  const reader = new ByteReader(segment, "big");
  for (let at = 0; at < segment.length;) {
    const head = reader.u8(at++);
    const wide = head >> 4 === 1;
    const table = new Uint16Array(64);
    for (let k = 0; k < 64; k++, at += wide ? 2 : 1)
      table[zigzag[k]!] = wide ? reader.u16(at) : reader.u8(at);
    tables.quantization[head & 15] = table;
    if (at > segment.length) throw new Irregular("a cut table");
  }
}

/** Reads Huffman tables (DHT). */
export function readHuffman(segment: Uint8Array, tables: Tables): void {
  for (let at = 0; at + 17 <= segment.length;) {
    const head = segment[at]!;
    const counts = segment.subarray(at + 1, at + 17);
    const total = counts.reduce((sum, count) => sum + count, 0);
    at += 17;
    if (at + total > segment.length || total > 256 || head >> 4 > 1)
      throw new Irregular("a cut table");
    const table = new HuffmanTable(counts, segment.subarray(at, at + total));
    (head >> 4 === 0 ? tables.dc : tables.ac)[head & 15] = table;
    at += total;
  }
}
