import { StriateError } from "../../base/errors.ts";
import type { Pixels } from "./pixels.ts";
import { ByteReader } from "./bytes.ts";

/**
 * Decodes a QOI file; its alpha, if any, is dropped.
 *
 * Source: the QOI specification 1.0. The caller has checked the size.
 */
export function decodeQoi(bytes: Uint8Array): Pixels {
  const reader = new ByteReader(bytes, "big");
  const [width, height] = [reader.u32(4), reader.u32(8)];
  const data = new Uint8Array(width * height * 3);
  const seen = new Uint8Array(64 * 4);
  let [r, g, b, a] = [0, 0, 0, 255];
  let run = 0;
  let at = 14;
  for (let to = 0; to < data.length; to += 3) {
    if (run > 0) run--;
    else {
      const tag = bytes[at++];
      if (tag === undefined) throw new StriateError("the QOI is cut off: pixels are missing");
      if (tag >= 0xfe) {
        [r, g, b] = [bytes[at++] ?? 0, bytes[at++] ?? 0, bytes[at++] ?? 0];
        if (tag === 0xff) a = bytes[at++] ?? 0;
      } else if (tag < 0x40)
        [r, g, b, a] = [seen[4 * tag]!, seen[4 * tag + 1]!, seen[4 * tag + 2]!, seen[4 * tag + 3]!];
      else if (tag < 0x80) {
        r = (r + ((tag >> 4) & 3) - 2) & 255;
        g = (g + ((tag >> 2) & 3) - 2) & 255;
        b = (b + (tag & 3) - 2) & 255;
      } else if (tag < 0xc0) {
        const green = (tag & 63) - 32;
        const rest = bytes[at++] ?? 0;
        r = (r + green + (rest >> 4) - 8) & 255;
        g = (g + green) & 255;
        b = (b + green + (rest & 15) - 8) & 255;
      } else run = tag & 63;
      seen.set([r, g, b, a], 4 * ((r * 3 + g * 5 + b * 7 + a * 11) % 64));
    }
    [data[to], data[to + 1], data[to + 2]] = [r, g, b];
  }
  return { width, height, data, alpha: bytes[12] === 4 };
}
