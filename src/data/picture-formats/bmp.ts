import { ByteReader } from "./bytes.ts";
import { type PictureHeader, upright } from "./picture-header.ts";
import { definePictureFormat } from "./define-picture-format.ts";
export const bmp = definePictureFormat({
  name: "BMP",
  extensions: [".bmp"],
  begins: ["BM"],
  header: readBmp,
  decode: async (bytes) => (await import("./decode-bmp.ts")).decodeBmp(bytes),
});

/** Source: the BITMAPCOREHEADER and BITMAPINFOHEADER structures of the Windows GDI documentation. */
function readBmp(bytes: Uint8Array): PictureHeader | undefined {
  const reader = new ByteReader(bytes, "little");
  const headerSize = reader.u32(14);
  if (headerSize === 12)
    return { ...upright, width: reader.u16(18), height: reader.u16(20), color: "rgb" };
  if (!(headerSize >= 40)) return undefined;
  const height = Math.abs(reader.i32(22));
  return { ...upright, width: Math.max(0, reader.i32(18)), height, color: "rgb" };
}
