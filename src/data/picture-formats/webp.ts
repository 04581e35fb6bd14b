import { ByteReader, latin1 } from "./bytes.ts";
import { orientationOf, readTiffTags } from "./exif.ts";
import { type PictureHeader, upright } from "./picture-header.ts";
import { definePictureFormat } from "./define-picture-format.ts";
export const webp = definePictureFormat({
  name: "WebP",
  extensions: [".webp"],
  begins: ["RIFF....WEBP"],
  header: readWebp,
});

/** Source: WebP container specification (RFC 9649). */
function readWebp(bytes: Uint8Array): PictureHeader | undefined {
  const reader = new ByteReader(bytes, "little");
  let size: { width: number; height: number } | undefined;
  let orientation = 1;
  let alpha = false;
  for (let at = 12; at + 8 <= bytes.length;) {
    const chunk = reader.text(at, 4);
    const length = reader.u32(at + 4);
    const body = at + 8;
    if (chunk === "VP8X") {
      size = { width: reader.u24(body + 4) + 1, height: reader.u24(body + 7) + 1 };
      alpha ||= (reader.u8(body) & 0x10) !== 0;
    } else if (chunk === "VP8 ")
      size ??= { width: reader.u16(body + 6) & 0x3fff, height: reader.u16(body + 8) & 0x3fff };
    else if (chunk === "VP8L") {
      const packed = reader.u32(body + 1);
      size ??= { width: (packed & 0x3fff) + 1, height: ((packed >>> 14) & 0x3fff) + 1 };
      alpha ||= ((packed >>> 28) & 1) === 1;
    } else if (chunk === "EXIF") {
      const block = bytes.subarray(body, body + length);
      const skip = latin1(block.subarray(0, 6)) === "Exif\0\0" ? 6 : 0;
      orientation = orientationOf(readTiffTags(block.subarray(skip)));
    }
    at = body + length + (length % 2);
  }
  return size && { ...upright, ...size, alpha, orientation, color: "rgb" };
}
