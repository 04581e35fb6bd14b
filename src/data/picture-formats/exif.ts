import { ByteReader } from "./bytes.ts";

/** The first value of each tag of a TIFF image file directory that holds whole numbers. */
export type TiffTags = ReadonlyMap<number, number>;

const orientationTag = 0x0112;

/**
 * Reads the first directory of a TIFF block, which is a TIFF file or the inside of an EXIF segment.
 * What is damaged is left out; a block that is no TIFF gives no tags.
 *
 * Source: TIFF 6.0, section 2; only inline SHORT and LONG values and the first of longer lists.
 */
export function readTiffTags(block: Uint8Array): TiffTags {
  const tags = new Map<number, number>();
  const order = block[0] === 0x49 && block[1] === 0x49 ? "little" : "big";
  const reader = new ByteReader(block, order);
  if (reader.u16(2) !== 42) return tags;
  const directory = reader.u32(4);
  const count = reader.u16(directory);
  for (let i = 0; i < count; i++) {
    const entry = directory + 2 + 12 * i;
    if (!(entry + 12 <= block.length)) break;
    const type = reader.u16(entry + 2);
    const values = reader.u32(entry + 4);
    const width = type === 3 ? 2 : type === 4 ? 4 : 0;
    if (width === 0 || values === 0) continue;
    const at = values * width > 4 ? reader.u32(entry + 8) : entry + 8;
    const value = width === 2 ? reader.u16(at) : reader.u32(at);
    if (!Number.isNaN(value)) tags.set(reader.u16(entry), value);
  }
  return tags;
}

/** The orientation in 1..8 among the tags; 1 (upright) when there is none, or none that has a meaning. */
export function orientationOf(tags: TiffTags): number {
  const value = tags.get(orientationTag) ?? 1;
  return value >= 1 && value <= 8 ? value : 1;
}
