import { StriateError } from "../../base/errors.ts";
import { readAvifHeader } from "./avif-header.ts";
import { ByteReader, latin1 } from "./bytes.ts";
import { orientationOf, readTiffTags } from "./exif.ts";
import type { PictureFormat } from "./identify.ts";
import type { PictureHeader } from "./picture-header.ts";

/**
 * Pictures above this many pixels are refused before they are decoded: the bound at which Pillow
 * speaks of a decompression bomb, so that what Keras opens is opened.
 */
export const maxPixels = 178_956_970;

type HeaderReader = (bytes: Uint8Array) => PictureHeader | undefined;

const upright = { orientation: 1, bits: 8, alpha: false } as const;

const readers: Record<PictureFormat, HeaderReader> = {
  JPEG: readJpeg,
  PNG: readPng,
  WebP: readWebp,
  GIF: readGif,
  TIFF: readTiff,
  AVIF: readAvifHeader,
  BMP: readBmp,
  ICO: readIco,
  QOI: readQoi,
};

/**
 * Reads size, orientation and colour kind from the head of a picture and checks the size, so that a
 * small file cannot ask for gigabytes.
 *
 * @throws StriateError (without the file's name) when the head is damaged or the picture too large
 */
export function readPictureHeader(
  bytes: Uint8Array,
  format: PictureFormat,
  limit = maxPixels,
): PictureHeader {
  const header = readers[format](bytes);
  if (header === undefined || Number.isNaN(header.width * header.height))
    throw new StriateError(`the ${format} is cut off or damaged: its header has no picture size`);
  const { width, height } = header;
  if (width === 0 || height === 0)
    throw new StriateError(`the ${format} has no pixels: its header says ${width} x ${height}`);
  if (width * height > limit)
    throw new StriateError(
      `the ${format} is too large: its header says ${width} x ${height} pixels, ` +
        `at most ${limit.toLocaleString("en")} pixels are read`,
    );
  return header;
}

/** Source: ITU-T T.81, Annex B; EXIF 2.32, 4.7.2 (APP1). */
function readJpeg(bytes: Uint8Array): PictureHeader | undefined {
  const reader = new ByteReader(bytes, "big");
  let orientation = 1;
  for (let at = 2; at < bytes.length;) {
    // Bytes that belong to no marker are passed over, as every decoder does.
    if (bytes[at] !== 0xff) at++;
    else if (bytes[at + 1] === 0xff) at++;
    else {
      const marker = reader.u8(at + 1);
      const standalone = marker === 0 || marker === 1 || (marker >= 0xd0 && marker <= 0xd8);
      if (standalone) {
        at += 2;
        continue;
      }
      // Scan data or the end, and no frame header before it.
      if (marker === 0xd9 || marker === 0xda) return undefined;
      const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
      if (isFrame) {
        const components = reader.u8(at + 9);
        const color = components === 1 ? "grey" : components === 4 ? "cmyk" : "rgb";
        const [height, width, bits] = [reader.u16(at + 5), reader.u16(at + 7), reader.u8(at + 4)];
        return { ...upright, width, height, orientation, color, bits };
      }
      const end = at + 2 + reader.u16(at + 2);
      if (Number.isNaN(end)) return undefined;
      if (marker === 0xe1 && orientation === 1 && reader.text(at + 4, 6) === "Exif\0\0")
        orientation = orientationOf(readTiffTags(bytes.subarray(at + 10, end)));
      at = end;
    }
  }
  return undefined;
}

/** Source: PNG 3rd edition, 11.2.1 (IHDR), 11.3.2.1 (tRNS), 11.3.4.1 (eXIf). */
function readPng(bytes: Uint8Array): PictureHeader | undefined {
  const reader = new ByteReader(bytes, "big");
  if (reader.text(12, 4) !== "IHDR") return undefined;
  const kind = reader.u8(25);
  let alpha = kind === 4 || kind === 6;
  let orientation = 1;
  for (let at = 33; at + 8 <= bytes.length; at += 12 + reader.u32(at)) {
    const chunk = reader.text(at + 4, 4);
    if (chunk === "tRNS") alpha = true;
    if (chunk === "eXIf")
      orientation = orientationOf(readTiffTags(bytes.subarray(at + 8, at + 8 + reader.u32(at))));
  }
  const color = kind === 3 ? "palette" : kind === 0 || kind === 4 ? "grey" : "rgb";
  const [width, height, bits] = [reader.u32(16), reader.u32(20), reader.u8(24)];
  return { width, height, bits, alpha, orientation, color };
}

/** Source: WebP container specification (RFC 9649). */
function readWebp(bytes: Uint8Array): PictureHeader | undefined {
  const reader = new ByteReader(bytes, "little");
  let size: { width: number; height: number } | undefined;
  let orientation = 1;
  let alpha = false;
  for (let at = 12; at + 8 <= bytes.length;) {
    const chunk = reader.text(at, 4);
    const length = reader.u32(at + 4);
    const body = at + 8;
    if (chunk === "VP8X") {
      size = { width: reader.u24(body + 4) + 1, height: reader.u24(body + 7) + 1 };
      alpha ||= (reader.u8(body) & 0x10) !== 0;
    } else if (chunk === "VP8 ")
      size ??= { width: reader.u16(body + 6) & 0x3fff, height: reader.u16(body + 8) & 0x3fff };
    else if (chunk === "VP8L") {
      const packed = reader.u32(body + 1);
      size ??= { width: (packed & 0x3fff) + 1, height: ((packed >>> 14) & 0x3fff) + 1 };
      alpha ||= ((packed >>> 28) & 1) === 1;
    } else if (chunk === "EXIF") {
      const block = bytes.subarray(body, body + length);
      const skip = latin1(block.subarray(0, 6)) === "Exif\0\0" ? 6 : 0;
      orientation = orientationOf(readTiffTags(block.subarray(skip)));
    }
    at = body + length + (length % 2);
  }
  return size && { ...upright, ...size, alpha, orientation, color: "rgb" };
}

/** Source: GIF89a, sections 18 and 20: a frame may stretch the screen, as Pillow has it. */
function readGif(bytes: Uint8Array): PictureHeader {
  const reader = new ByteReader(bytes, "little");
  return { ...upright, width: reader.u16(6), height: reader.u16(8), color: "palette" };
}

/** Source: TIFF 6.0, section 8: width, length, bits, photometric interpretation. */
function readTiff(bytes: Uint8Array): PictureHeader | undefined {
  const tags = readTiffTags(bytes);
  const [width, height] = [tags.get(256), tags.get(257)];
  if (width === undefined || height === undefined) return undefined;
  const sampleFormat = tags.get(339) ?? 1;
  const bits = tags.get(258) ?? 1;
  if (sampleFormat !== 1 || bits > 16)
    throw new StriateError(
      "the TIFF holds measurements (32 bits or floats), not a photo: scale it to 8 or 16 bits first",
    );
  const kinds: Record<number, PictureHeader["color"]> = {
    0: "grey",
    1: "grey",
    3: "palette",
    5: "cmyk",
  };
  const color = kinds[tags.get(262) ?? 2] ?? "rgb";
  const inks = color === "cmyk" ? 4 : color === "rgb" ? 3 : 1;
  const alpha = (tags.get(277) ?? inks) > inks;
  return { width, height, bits, alpha, orientation: orientationOf(tags), color };
}

/** Source: the BITMAPCOREHEADER and BITMAPINFOHEADER structures of the Windows GDI documentation. */
function readBmp(bytes: Uint8Array): PictureHeader | undefined {
  const reader = new ByteReader(bytes, "little");
  const headerSize = reader.u32(14);
  if (headerSize === 12)
    return { ...upright, width: reader.u16(18), height: reader.u16(20), color: "rgb" };
  if (!(headerSize >= 40)) return undefined;
  const height = Math.abs(reader.i32(22));
  return { ...upright, width: Math.max(0, reader.i32(18)), height, color: "rgb" };
}

/** The size that the first directory entry gives; the picture inside is checked when it is decoded. */
function readIco(bytes: Uint8Array): PictureHeader {
  const reader = new ByteReader(bytes, "little");
  const [width, height] = [reader.u8(6) || 256, reader.u8(7) || 256];
  return { ...upright, width, height, color: "rgb", alpha: true };
}

/** Source: the QOI specification 1.0. */
function readQoi(bytes: Uint8Array): PictureHeader {
  const reader = new ByteReader(bytes, "big");
  const alpha = reader.u8(12) === 4;
  return { ...upright, width: reader.u32(4), height: reader.u32(8), color: "rgb", alpha };
}
