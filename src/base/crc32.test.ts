import { crc32 as zlibs } from "node:zlib";
import { expect, it } from "vitest";
import { crc32 } from "./crc32.ts";

it("sums as zlib does, in one piece and in parts", () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => (i * i * 31) >>> 3);
  for (const length of [0, 1, 7, 8, 9, 63, 1000])
    expect(crc32(bytes.subarray(0, length))).toBe(zlibs(bytes.subarray(0, length)));
  expect(crc32(bytes.subarray(13), crc32(bytes.subarray(0, 13)))).toBe(zlibs(bytes));
});
