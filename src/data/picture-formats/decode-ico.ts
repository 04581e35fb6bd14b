import { StriateError } from "../../base/errors.ts";
import { decodeIconBitmap } from "./decode-bmp.ts";
import { ByteReader } from "./bytes.ts";
import type { Pixels } from "./pixels.ts";

/** The picture of an icon: decoded, or the PNG file that it wraps. */
export type IconPicture = Pixels | { readonly png: Uint8Array };

/**
 * Takes the largest picture out of an icon; of several equally large ones that of the fewest colours,
 * as Pillow does.
 *
 * Source: the ICONDIR structure of the Windows documentation.
 */
export function decodeIco(bytes: Uint8Array, maxPixels: number): IconPicture {
  const reader = new ByteReader(bytes, "little");
  const entries = [];
  for (let i = 0; i < reader.u16(4); i++) {
    const at = 6 + 16 * i;
    const [start, size] = [reader.u32(at + 12), reader.u32(at + 8)];
    if (Number.isNaN(start)) break;
    const area = (reader.u8(at) || 256) * (reader.u8(at + 1) || 256);
    const depth = reader.u16(at + 6) || Math.ceil(Math.log2(reader.u8(at + 2) || 2 ** 256));
    entries.push({ start, size, area, depth });
  }
  entries.sort((a, b) => b.area - a.area || a.depth - b.depth);
  const best = entries[0];
  if (!best || best.start >= bytes.length)
    throw new StriateError("the ICO is cut off or damaged: it holds no picture");
  if (reader.text(best.start, 8) === "\x89PNG\r\n\x1a\n")
    return { png: bytes.subarray(best.start, best.start + best.size) };
  return decodeIconBitmap(bytes, best.start, maxPixels);
}
