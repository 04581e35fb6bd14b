/** Eight tables of 256: eight bytes are taken in one turn ("slicing by 8"), five times as fast as one by one. */
const tables = new Int32Array(8 * 256);
for (let i = 0; i < 256; i++) {
  let value = i;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  tables[i] = value;
}
for (let i = 256; i < tables.length; i++) {
  const before = tables[i - 256]!;
  tables[i] = (before >>> 8) ^ tables[before & 255]!;
}

/**
 * The check sum of zip and PNG files.
 *
 * @param sum of the bytes before these, where they come in parts
 * @see ISO 3309; RFC 1952, section 8
 */
export function crc32(bytes: Uint8Array, sum = 0): number {
  const t = tables;
  const { length } = bytes;
  let crc = ~sum;
  let at = 0;
  for (; at + 8 <= length; at += 8) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc =
      t[1792 + (crc & 255)]! ^
      t[1536 + ((crc >>> 8) & 255)]! ^
      t[1280 + ((crc >>> 16) & 255)]! ^
      t[1024 + (crc >>> 24)]! ^
      t[768 + bytes[at + 4]!]! ^
      t[512 + bytes[at + 5]!]! ^
      t[256 + bytes[at + 6]!]! ^
      t[bytes[at + 7]!]!;
  }
  for (; at < length; at++) crc = (crc >>> 8) ^ t[(crc ^ bytes[at]!) & 255]!;
  return ~crc >>> 0;
}
