import { joinBytes } from "../../base/join-bytes.ts";
import { Unzlib } from "fflate";
import { StriateError } from "../../base/errors.ts";
import { ByteReader } from "./bytes.ts";

/** The chunks that say something of pixels; the others may be compressed too, and to any length. */
const needed = ["IHDR", "PLTE", "tRNS", "IDAT", "IEND"];
const signatureLength = 8;

/** Samples of a pixel by colour type. */
const samples: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/**
 * A PNG without what is not needed for its pixels, and whose pixels are no more than its header says: a
 * decoder that inflates before it counts would take a thousand times the file's size.
 *
 * @throws StriateError when the pixels go on behind the last one
 */
export function plainPng(bytes: Uint8Array): Uint8Array {
  const reader = new ByteReader(bytes, "big");
  const kept: Uint8Array[] = [bytes.subarray(0, signatureLength)];
  const most = rawLength(reader);
  let length = 0;
  const inflate = new Unzlib((piece) => {
    length += piece.length;
    if (!(length <= most))
      throw new StriateError("the PNG is damaged or hostile: it holds more than its pixels");
  });
  for (let at = signatureLength; at + 12 <= bytes.length;) {
    const size = reader.u32(at);
    const type = reader.text(at + 4, 4);
    const end = at + 12 + size;
    if (needed.includes(type)) kept.push(bytes.subarray(at, end));
    if (type === "IDAT")
      // In small pieces, so that no piece becomes gigabytes at once.
      for (let from = at + 8; from < Math.min(end - 4, bytes.length); from += 1 << 16)
        inflate.push(bytes.subarray(from, Math.min(from + (1 << 16), end - 4)));
    at = end;
  }
  return joinBytes(kept);
}

/** Bytes of all rows before compression, each with the number of its filter; seven pictures if interlaced. */
function rawLength(reader: ByteReader): number {
  const [width, height] = [reader.u32(16), reader.u32(20)];
  const bits = reader.u8(24) * (samples[reader.u8(25)] ?? NaN);
  const row = (pixels: number) => 1 + Math.ceil((pixels * bits) / 8);
  const interlaced = reader.u8(28) === 1;
  return interlaced ? height * row(width) + 8 * (width + 2 * height + 8) : height * row(width);
}
