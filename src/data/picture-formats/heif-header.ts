import { ByteReader } from "./bytes.ts";
import type { PictureHeader } from "./picture-header.ts";

interface Box {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Size and turning of the primary picture of a HEIF file, as AVIF and HEIC are.
 *
 * Source: ISO/IEC 14496-12 (boxes), ISO/IEC 23008-12 (pitm, ipma; properties ispe, irot, imir). EXIF
 * orientation plays no part in these formats: irot and imir do.
 */
export function readHeifHeader(bytes: Uint8Array): PictureHeader | undefined {
  const reader = new ByteReader(bytes, "big");
  const meta = boxes(reader, 0, bytes.length).find((box) => box.type === "meta");
  if (!meta) return undefined;
  const inside = boxes(reader, meta.start + 4, meta.end);
  const primary = readPrimary(reader, inside);
  const properties = inside.find((box) => box.type === "iprp");
  if (!properties) return undefined;
  const parts = boxes(reader, properties.start, properties.end);
  const container = parts.find((box) => box.type === "ipco");
  if (!container) return undefined;
  const all = boxes(reader, container.start, container.end);
  const wanted = parts
    .filter((box) => box.type === "ipma")
    .flatMap((box) => readAssociations(reader, box, primary));
  const own = wanted.map((index) => all[index - 1]).filter((box) => box !== undefined);
  const size = own.find((box) => box.type === "ispe");
  if (!size) return undefined;
  let orientation = 1;
  // The turn comes before the mirroring.
  for (const box of own)
    if (box.type === "irot") orientation = turnedLeft[reader.u8(box.start) & 3]!;
  for (const box of own)
    if (box.type === "imir")
      orientation = mirrored[reader.u8(box.start) & 1]![orientation] ?? orientation;
  const [width, height] = [reader.u32(size.start + 4), reader.u32(size.start + 8)];
  return { width, height, orientation, color: "rgb", bits: 8, alpha: false };
}

/** EXIF orientation after 0 to 3 quarter turns to the left. */
const turnedLeft = [1, 8, 3, 6] as const;

/** EXIF orientation when a picture of orientation 1, 8, 3, 6 is then mirrored, by axis. */
const mirrored: readonly Readonly<Record<number, number>>[] = [
  { 1: 4, 8: 5, 3: 2, 6: 7 }, // top to bottom
  { 1: 2, 8: 7, 3: 4, 6: 5 }, // left to right
];

function boxes(reader: ByteReader, start: number, end: number): Box[] {
  const found: Box[] = [];
  for (let at = start; at + 8 <= end;) {
    const short = reader.u32(at);
    // A length of 1 says that the length follows in 64 bits, 0 that the box ends with the file.
    const [head, length] =
      short === 1 ? [16, reader.u32(at + 8) * 2 ** 32 + reader.u32(at + 12)] : [8, short];
    const boxEnd = length === 0 ? end : at + length;
    if (!(boxEnd <= end && boxEnd >= at + head)) break;
    found.push({ type: reader.text(at + 4, 4), start: at + head, end: boxEnd });
    at = boxEnd;
  }
  return found;
}

function readPrimary(reader: ByteReader, inside: readonly Box[]): number {
  const box = inside.find((one) => one.type === "pitm");
  if (!box) return 1;
  return reader.u8(box.start) === 0 ? reader.u16(box.start + 4) : reader.u32(box.start + 4);
}

/** The numbers (from 1) of the properties that belong to `item`. */
function readAssociations(reader: ByteReader, box: Box, item: number): number[] {
  const version = reader.u8(box.start);
  const wide = (reader.u8(box.start + 3) & 1) === 1;
  const found: number[] = [];
  let at = box.start + 8;
  for (let left = reader.u32(box.start + 4); left > 0 && at < box.end; left--) {
    const id = version < 1 ? reader.u16(at) : reader.u32(at);
    at += version < 1 ? 2 : 4;
    const count = reader.u8(at++);
    for (let i = 0; i < count; i++, at += wide ? 2 : 1)
      if (id === item) found.push(wide ? reader.u16(at) & 0x7fff : reader.u8(at) & 0x7f);
  }
  return found;
}
