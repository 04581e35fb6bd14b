/**
 * HDF5's check sum of a chunk: over its 16-bit words, the first byte of each the higher one.
 *
 * Source: `H5_checksum_fletcher32` in src/H5checksum.c
 */
export function fletcher32(bytes: Uint8Array): number {
  let [a, b] = [0, 0];
  const even = bytes.length & ~1;
  for (let i = 0; i < even;) {
    // So many words can be summed before the sums leave 32 bits.
    const stop = Math.min(even, i + 2 * 360);
    for (; i < stop; i += 2) {
      a += (bytes[i]! << 8) | bytes[i + 1]!;
      b += a;
    }
    a = (a & 0xffff) + (a >>> 16);
    b = (b & 0xffff) + (b >>> 16);
  }
  if (bytes.length & 1) {
    a += bytes[even]! << 8;
    b += a;
    a = (a & 0xffff) + (a >>> 16);
    b = (b & 0xffff) + (b >>> 16);
  }
  a = (a & 0xffff) + (a >>> 16);
  b = (b & 0xffff) + (b >>> 16);
  return ((b << 16) | a) >>> 0;
}
