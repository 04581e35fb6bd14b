import { ByteReader } from "./bytes.ts";
import { type PictureHeader, upright } from "./picture-header.ts";
import { definePictureFormat } from "./define-picture-format.ts";
export const ico = definePictureFormat({
  name: "ICO",
  extensions: [".ico"],
  begins: ["\0\0\x01\0"],
  header: readIco,
  async decode(bytes, { maxPixels, inner }) {
    const { decodeIco } = await import("./decode-ico.ts");
    const picture = decodeIco(bytes, maxPixels);
    return "png" in picture ? inner(picture.png, "PNG") : picture;
  },
});

/** The size that the first directory entry gives; the picture inside is checked when it is decoded. */
function readIco(bytes: Uint8Array): PictureHeader {
  const reader = new ByteReader(bytes, "little");
  const [width, height] = [reader.u8(6) || 256, reader.u8(7) || 256];
  return { ...upright, width, height, color: "rgb", alpha: true };
}
