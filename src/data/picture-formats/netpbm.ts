import { pushAll } from "../../base/extremes.ts";
import { StriateError } from "../../base/errors.ts";
import { definePictureFormat } from "./define-picture-format.ts";
import type { PictureHeader } from "./picture-header.ts";
import { stepsOf } from "./picture-header.ts";
import type { Pixels } from "./pixels.ts";

/** How many numbers the head of a kind has behind its letter: width, height and the largest value. */
const isBitmap = (kind: number) => kind === 1 || kind === 4;

/**
 * The portable pixmap, graymap and bitmap, as text (P1, P2, P3) or bytes (P4, P5, P6): what teaching
 * material and small programs write, since it takes four lines.
 *
 * Source: https://netpbm.sourceforge.net/doc/ppm.html and its neighbours
 */
export const netpbm = definePictureFormat({
  name: "PPM",
  extensions: [".ppm", ".pgm", ".pbm", ".pnm"],
  begins: (head) => /^P[1-6]\s+(#[^\n]*\n\s*)*\d/.test(head),
  header: (bytes) => readHead(bytes)?.header,
  decode(bytes, { header, steps }) {
    pushAll(steps, stepsOf(header));
    return decode(bytes);
  },
});

interface Head {
  kind: number;
  largest: number;
  header: PictureHeader;
  /** Where the pixels begin. */
  end: number;
}

function readHead(bytes: Uint8Array): Head | undefined {
  const kind = (bytes[1] ?? 0) - 0x30;
  const wanted = isBitmap(kind) ? 2 : 3;
  const numbers: number[] = [];
  let at = 2;
  while (numbers.length < wanted) {
    at = skipSpace(bytes, at);
    const start = at;
    let value = 0;
    for (; isDigit(bytes[at]) && at - start < 10; at++) value = value * 10 + bytes[at]! - 0x30;
    if (at === start) return undefined;
    numbers.push(value);
  }
  const [width, height, largest = 1] = numbers as [number, number, number?];
  if (!(largest >= 1 && largest <= 65535)) return undefined;
  const color = kind === 3 || kind === 6 ? "rgb" : "grey";
  const bits = largest > 255 ? 16 : 8;
  const header = { width, height, orientation: 1, color, bits, alpha: false } as const;
  return { kind, largest, header, end: at + 1 };
}

function decode(bytes: Uint8Array): Pixels {
  const { kind, largest, header, end } = readHead(bytes)!;
  const { width, height, color } = header;
  const channels = color === "rgb" ? 3 : 1;
  const row = width * channels;
  const rowBytes = kind === 4 ? Math.ceil(width / 8) : row * (largest > 255 ? 2 : 1);
  // Text has a byte a sample at the least.
  const least = kind > 3 ? rowBytes * height : row * height;
  if (bytes.length - end < least)
    throw new StriateError("the PPM is cut off: pixels are missing; get a whole copy of it");
  const sample =
    kind > 3 ? binary(bytes, end, { kind, largest, row, rowBytes }) : text(bytes, end, kind);
  const data = new Uint8Array(width * height * 3);
  for (let i = 0, to = 0; to < data.length; i++) {
    const value = isBitmap(kind) ? 255 * (1 - sample(i)) : byteOf(sample(i), largest);
    data[to++] = value;
    if (channels === 1) data[to++] = data[to++] = value;
  }
  return { width, height, data, alpha: false };
}

/** A sample as a byte: of 16 bits the high one, of other ranges what Pillow makes of them. */
function byteOf(value: number, largest: number): number {
  if (largest === 255) return value;
  const share = Math.min(value, largest) / largest;
  return largest > 255 ? Math.round(share * 65535) >> 8 : Math.round(share * 255);
}

function binary(
  bytes: Uint8Array,
  end: number,
  {
    kind,
    largest,
    row,
    rowBytes,
  }: { kind: number; largest: number; row: number; rowBytes: number },
): (i: number) => number {
  if (kind === 4)
    return (i) => {
      const [y, x] = [Math.floor(i / row), i % row];
      return (bytes[end + y * rowBytes + (x >> 3)]! >> (7 - (x & 7))) & 1;
    };
  if (largest <= 255) return (i) => bytes[end + i]!;
  return (i) => bytes[end + 2 * i]! * 256 + bytes[end + 2 * i + 1]!;
}

/** The next number each time; the digits of a bitmap need no space between them. */
function text(bytes: Uint8Array, end: number, kind: number): () => number {
  let at = end - 1;
  return () => {
    at = skipSpace(bytes, at);
    if (!isDigit(bytes[at]))
      throw new StriateError("the PPM is cut off or damaged: a number is missing");
    if (kind === 1) return bytes[at++]! & 1;
    let value = 0;
    while (isDigit(bytes[at])) value = Math.min(value * 10 + bytes[at++]! - 0x30, 65536);
    return value;
  };
}

const isDigit = (byte: number | undefined): boolean =>
  byte !== undefined && byte >= 0x30 && byte <= 0x39;

/** Spaces and comments, which go to the end of their line. */
function skipSpace(bytes: Uint8Array, start: number): number {
  let at = start;
  for (let byte = bytes[at]; byte !== undefined; byte = bytes[++at])
    if (byte === 0x23) while (at < bytes.length && bytes[at] !== 0x0a) at++;
    else if (byte > 0x20) break;
  return at;
}
