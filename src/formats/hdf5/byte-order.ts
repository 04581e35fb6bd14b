/** The bytes of numbers in little-endian order; without a copy where they are so already. */
export function toLittleEndian(
  bytes: Uint8Array,
  { size, littleEndian }: { size: number; littleEndian: boolean },
): Uint8Array {
  if (littleEndian || size === 1) return bytes;
  const swapped = new Uint8Array(bytes.length);
  for (let start = 0; start < bytes.length; start += size)
    for (let i = 0; i < size; i++) swapped[start + i] = bytes[start + size - 1 - i]!;
  return swapped;
}
