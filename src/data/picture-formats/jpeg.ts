import { pushAll } from "../../base/extremes.ts";
import { ByteReader } from "./bytes.ts";
import { orientationOf, readTiffTags } from "./exif.ts";
import { type PictureHeader, stepsOf, upright } from "./picture-header.ts";
import { definePictureFormat } from "./define-picture-format.ts";
export const jpeg = definePictureFormat({
  name: "JPEG",
  extensions: [".jpg", ".jpeg", ".jfif"],
  begins: ["\xff\xd8\xff"],
  header: readJpeg,
  hasTwoDecodings: true,
  async decode(bytes, { decoder, header, steps }) {
    const { decodeJpeg } = await import("./jpeg/decode.ts");
    const decoded = decodeJpeg(bytes, decoder);
    if (decoded) pushAll(steps, stepsOf(header, decoded.strayBytes > 0));
    return decoded;
  },
});

/** Source: ITU-T T.81, Annex B; EXIF 2.32, 4.7.2 (APP1). */
function readJpeg(bytes: Uint8Array): PictureHeader | undefined {
  const reader = new ByteReader(bytes, "big");
  let orientation = 1;
  for (let at = 2; at < bytes.length;) {
    // Bytes that belong to no marker are passed over, as every decoder does.
    if (bytes[at] !== 0xff) at++;
    else if (bytes[at + 1] === 0xff) at++;
    else {
      const marker = reader.u8(at + 1);
      const standalone = marker === 0 || marker === 1 || (marker >= 0xd0 && marker <= 0xd8);
      if (standalone) {
        at += 2;
        continue;
      }
      // Scan data or the end, and no frame header before it.
      if (marker === 0xd9 || marker === 0xda) return undefined;
      const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
      if (isFrame) {
        const components = reader.u8(at + 9);
        const color = components === 1 ? "grey" : components === 4 ? "cmyk" : "rgb";
        const [height, width, bits] = [reader.u16(at + 5), reader.u16(at + 7), reader.u8(at + 4)];
        return { ...upright, width, height, orientation, color, bits };
      }
      const end = at + 2 + reader.u16(at + 2);
      if (Number.isNaN(end)) return undefined;
      if (marker === 0xe1 && orientation === 1 && reader.text(at + 4, 6) === "Exif\0\0")
        orientation = orientationOf(readTiffTags(bytes.subarray(at + 10, end)));
      at = end;
    }
  }
  return undefined;
}
