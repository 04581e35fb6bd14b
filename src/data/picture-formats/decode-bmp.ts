import { StriateError } from "../../base/errors.ts";
import { ByteReader } from "./bytes.ts";
import type { Pixels } from "./pixels.ts";

/** A bitmap's own header ("DIB"), as it stands in a BMP or ICO file. */
interface Dib {
  readonly width: number;
  readonly height: number;
  readonly topDown: boolean;
  readonly bits: number;
  readonly compression: "none" | "rle8" | "rle4";
  /** Red, green, blue and alpha masks of 16, 24 and 32 bit pixels. */
  readonly masks: readonly number[];
  /** RGB triples of the palette. */
  readonly palette: Uint8Array;
  /** Where the header, its masks and its palette end. */
  readonly end: number;
}

const damaged = (what: string) => new StriateError(`the BMP is cut off or damaged: ${what}`);

/**
 * Decodes a Windows or OS/2 bitmap: 1, 4, 8, 16, 24 and 32 bits, RLE4 and RLE8, bit fields, top-down
 * and bottom-up. Alpha is dropped. The caller has checked the size.
 *
 * Source: the BITMAPFILEHEADER, BITMAPINFOHEADER and "Bitmap Compression" pages of the Windows GDI
 * documentation; levels of 5 and 6 bits are widened as Pillow does, `floor(v * 255 / max)`.
 */
export function decodeBmp(bytes: Uint8Array): Pixels {
  const reader = new ByteReader(bytes, "little");
  const dib = readDib(bytes, 14);
  const stated = reader.u32(10);
  return decodeDib(bytes, dib, stated > 0 ? stated : dib.end);
}

/**
 * Decodes the bitmap of an icon, which begins at `start` and counts its mask as as many rows again.
 */
export function decodeIconBitmap(bytes: Uint8Array, start: number, maxPixels: number): Pixels {
  const dib = readDib(bytes, start);
  const height = Math.floor(dib.height / 2);
  if (!(dib.width > 0 && height > 0 && dib.width * height <= maxPixels))
    throw new StriateError(`the ICO holds a picture of ${dib.width} x ${height} pixels`);
  return { ...decodeDib(bytes, { ...dib, height }, dib.end), alpha: true };
}

function readDib(bytes: Uint8Array, start: number): Dib {
  const reader = new ByteReader(bytes, "little");
  const size = reader.u32(start);
  const old = size === 12;
  if (!old && !(size >= 40 && size <= 124)) throw damaged("its header has an unknown length");
  const width = old ? reader.u16(start + 4) : reader.i32(start + 4);
  const signedHeight = old ? reader.u16(start + 6) : reader.i32(start + 8);
  const bits = reader.u16(start + (old ? 10 : 14));
  if (![1, 4, 8, 16, 24, 32].includes(bits)) throw damaged(`${bits} bits a pixel are no depth`);
  const method = old ? 0 : reader.u32(start + 16);
  const compressions: Record<number, Dib["compression"]> = {
    0: "none",
    1: "rle8",
    2: "rle4",
    3: "none",
    6: "none",
  };
  const compression = compressions[method];
  if (compression === undefined || (size === 64 && method === 3))
    throw new StriateError(
      `the BMP uses compression ${method}, which is not read: save it as a plain BMP or PNG`,
    );
  const bitFields = method === 3 || method === 6;
  const masks = bitFields
    ? [0, 1, 2].map((i) => reader.u32(start + 40 + 4 * i))
    : bits === 16
      ? [0x7c00, 0x3e0, 0x1f]
      : [0xff0000, 0xff00, 0xff];
  let at = start + size;
  if (bitFields && size === 40) at += method === 6 ? 16 : 12;
  const stated = old ? 0 : reader.u32(start + 32);
  const colors = bits > 8 ? 0 : Math.min(stated > 0 ? stated : 1 << bits, 1 << bits);
  const step = old ? 3 : 4;
  const palette = new Uint8Array(colors * 3);
  for (let i = 0; i < colors; i++)
    for (let c = 0; c < 3; c++) palette[3 * i + c] = bytes[at + step * i + 2 - c] ?? 0;
  const end = at + (bits > 8 ? 0 : step * (stated > 0 ? stated : 1 << bits));
  const height = Math.abs(signedHeight);
  return { width, height, topDown: signedHeight < 0, bits, compression, masks, palette, end };
}

function decodeDib(bytes: Uint8Array, dib: Dib, offset: number): Pixels {
  const { width, height, bits, topDown } = dib;
  const alpha = bits === 32;
  if (dib.compression !== "none") {
    const indices = unpackRuns(bytes, offset, dib);
    return { width, height, data: paint(indices, dib, topDown), alpha };
  }
  const stride = Math.ceil((width * bits) / 32) * 4;
  const needed = stride * (height - 1) + Math.ceil((width * bits) / 8);
  if (!(offset + needed <= bytes.length)) throw damaged("pixels are missing at its end");
  if (bits <= 8) {
    const indices = new Uint8Array(width * height);
    const perByte = 8 / bits;
    const mask = (1 << bits) - 1;
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const byte = bytes[offset + y * stride + Math.floor(x / perByte)]!;
        indices[y * width + x] = (byte >> (8 - bits * ((x % perByte) + 1))) & mask;
      }
    return { width, height, data: paint(indices, dib, topDown), alpha };
  }
  return { width, height, data: unpackPixels(bytes, dib, offset, stride), alpha };
}

function unpackPixels(bytes: Uint8Array, dib: Dib, offset: number, stride: number): Uint8Array {
  const { width, height, bits, topDown } = dib;
  const data = new Uint8Array(width * height * 3);
  const channels = dib.masks.map((mask) => {
    const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
    return { shift, max: mask >>> shift };
  });
  const size = bits / 8;
  for (let y = 0; y < height; y++) {
    let from = offset + y * stride;
    let to = (topDown ? y : height - 1 - y) * width * 3;
    for (let x = 0; x < width; x++, from += size) {
      let pixel = 0;
      for (let i = size - 1; i >= 0; i--) pixel = (pixel << 8) | bytes[from + i]!;
      for (const { shift, max } of channels) {
        const level = (pixel >>> shift) & max;
        data[to++] = max === 255 ? level : max === 0 ? 0 : Math.floor((level * 255) / (max >>> 0));
      }
    }
  }
  return data;
}

/** Looks the palette up; rows of indices stand bottom-up unless `topDown`. */
function paint(indices: Uint8Array, dib: Dib, topDown: boolean): Uint8Array {
  const { width, height, palette } = dib;
  const data = new Uint8Array(width * height * 3);
  let to = 0;
  for (let y = 0; y < height; y++) {
    const row = (topDown ? y : height - 1 - y) * width;
    for (let x = 0; x < width; x++)
      for (let c = 0, from = 3 * indices[row + x]!; c < 3; c++) data[to++] = palette[from + c] ?? 0;
  }
  return data;
}

/** Undoes run-length coding; what the runs leave out is index 0. */
function unpackRuns(bytes: Uint8Array, offset: number, dib: Dib): Uint8Array {
  const { width, height } = dib;
  const indices = new Uint8Array(width * height);
  const four = dib.compression === "rle4";
  let [x, y, at] = [0, 0, offset];
  const put = (index: number) => {
    if (x < width && y < height) indices[y * width + x] = index;
    x++;
  };
  for (;;) {
    const [count, value] = [bytes[at++], bytes[at++]];
    if (count === undefined || value === undefined) throw damaged("runs are missing at its end");
    if (count > 0) {
      // What goes on behind the row's end is not gone through: there may be megabytes of it.
      const visible = y < height ? Math.max(0, Math.min(count, width - x)) : 0;
      for (let i = 0; i < visible; i++) put(four ? (i % 2 === 0 ? value >> 4 : value & 15) : value);
      x += count - visible;
    } else if (value === 0) [x, y] = [0, y + 1];
    else if (value === 1) return indices;
    else if (value === 2) [x, y] = [x + (bytes[at++] ?? 0), y + (bytes[at++] ?? 0)];
    else {
      for (let i = 0; i < value; i++) {
        const byte = bytes[at + (four ? i >> 1 : i)];
        if (byte === undefined) throw damaged("runs are missing at its end");
        put(four ? (i % 2 === 0 ? byte >> 4 : byte & 15) : byte);
      }
      // Literal runs fill whole 16-bit words.
      const used = four ? (value + 1) >> 1 : value;
      at += used + (used % 2);
    }
    if (y > height) return indices;
  }
}
