import { ByteReader } from "./bytes.ts";
import { type PictureHeader, upright } from "./picture-header.ts";
import { definePictureFormat } from "./define-picture-format.ts";
export const gif = definePictureFormat({
  name: "GIF",
  extensions: [".gif"],
  begins: ["GIF87a", "GIF89a"],
  header: readGif,
  async decode(bytes, { maxPixels, steps }) {
    const { decodeGif } = await import("./decode-gif.ts");
    const frame = decodeGif(bytes, maxPixels);
    steps.push("first frame, palette to RGB");
    return { ...frame, alpha: frame.transparent };
  },
});

/** Source: GIF89a, sections 18 and 20: a frame may stretch the screen, as Pillow has it. */
function readGif(bytes: Uint8Array): PictureHeader {
  const reader = new ByteReader(bytes, "little");
  return { ...upright, width: reader.u16(6), height: reader.u16(8), color: "palette" };
}
