import { pushAll } from "../../base/extremes.ts";
import { ByteReader } from "./bytes.ts";
import { orientationOf, readTiffTags } from "./exif.ts";
import { type PictureHeader, stepsOf } from "./picture-header.ts";
import { definePictureFormat } from "./define-picture-format.ts";
export const png = definePictureFormat({
  name: "PNG",
  extensions: [".png"],
  begins: ["\x89PNG\r\n\x1a\n"],
  header: readPng,
  async decode(bytes, { header, steps }) {
    const { decodePng } = await import("./decode-png.ts");
    const decoded = decodePng(bytes);
    pushAll(steps, stepsOf(header));
    return decoded;
  },
});

/** Source: PNG 3rd edition, 11.2.1 (IHDR), 11.3.2.1 (tRNS), 11.3.4.1 (eXIf). */
function readPng(bytes: Uint8Array): PictureHeader | undefined {
  const reader = new ByteReader(bytes, "big");
  if (reader.text(12, 4) !== "IHDR") return undefined;
  const kind = reader.u8(25);
  let alpha = kind === 4 || kind === 6;
  let orientation = 1;
  for (let at = 33; at + 8 <= bytes.length; at += 12 + reader.u32(at)) {
    const chunk = reader.text(at + 4, 4);
    if (chunk === "tRNS") alpha = true;
    if (chunk === "eXIf")
      orientation = orientationOf(readTiffTags(bytes.subarray(at + 8, at + 8 + reader.u32(at))));
  }
  const color = kind === 3 ? "palette" : kind === 0 || kind === 4 ? "grey" : "rgb";
  const [width, height, bits] = [reader.u32(16), reader.u32(20), reader.u8(24)];
  return { width, height, bits, alpha, orientation, color };
}
