import { definePictureFormat } from "./define-picture-format.ts";
import { readHeifHeader } from "./heif-header.ts";
import { isAvif, mediaBrands } from "./media-brands.ts";

/** Source: ISO/IEC 23008-12, annex B (HEVC in HEIF) and 10.2 (what any such file may say: mif1, msf1). */
const brands = ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"];

/** The photos of iPhones. What they are coded with is patented, so that few read them: Safari does. */
export const heic = definePictureFormat({
  name: "HEIC",
  extensions: [".heic", ".heif"],
  // An AVIF is such a file too, coded otherwise.
  begins: (head) => !isAvif(head) && mediaBrands(head).some((brand) => brands.includes(brand)),
  header: readHeifHeader,
  pixelsPerByte: 256,
  // Turning is part of the picture: every decoder has to do it.
  turnsItself: true,
});
