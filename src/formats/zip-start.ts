import type { ByteSource } from "../base/byte-source.ts";

/** Whether the bytes begin as a zip does. */
export function isZip(bytes: ByteSource): boolean {
  const head = bytes.subarray(0, 4);
  return head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4;
}
