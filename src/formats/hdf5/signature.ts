import type { ByteSource } from "../../base/byte-source.ts";

const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** Whether the bytes begin as an HDF5 file does. */
export function isHdf5(bytes: ByteSource): boolean {
  const head = bytes.subarray(0, signature.length);
  return signature.every((byte, i) => head[i] === byte);
}
