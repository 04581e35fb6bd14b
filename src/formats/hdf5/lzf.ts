/**
 * Unpacks LZF, the compression that h5py brings itself: runs of bytes as they are, and references to
 * bytes that came before.
 *
 * Source: lzf/lzf_d.c of LibLZF 3.6, as in h5py
 *
 * @param size nothing longer is made
 * @returns undefined where the data is damaged
 */
export function unpackLzf(packed: Uint8Array, size: number): Uint8Array | undefined {
  // bounded: the size of a chunk, for which the budget was asked
  const result = new Uint8Array(size);
  let [from, to] = [0, 0];
  while (from < packed.length) {
    const control = packed[from++]!;
    if (control < 32) {
      const count = control + 1;
      if (from + count > packed.length || to + count > size) return undefined;
      result.set(packed.subarray(from, from + count), to);
      from += count;
      to += count;
      continue;
    }
    let count = control >> 5;
    if (count === 7) count += packed[from++] ?? 0;
    count += 2;
    let source = to - ((control & 31) << 8) - (packed[from++] ?? 0) - 1;
    if (source < 0 || to + count > size || from > packed.length) return undefined;
    // Byte by byte: the source may reach into what is just being written.
    for (const end = to + count; to < end;) result[to++] = result[source++]!;
  }
  return result.subarray(0, to);
}
