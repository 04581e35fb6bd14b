import { definePictureFormat } from "./define-picture-format.ts";
import { readHeifHeader } from "./heif-header.ts";
import { isAvif, mediaBrands } from "./media-brands.ts";

/** What says that HEVC is in it. Source: ISO/IEC 23008-12, annex B. */
const coded = ["heic", "heix", "heim", "heis", "hevc", "hevx"];

/** What any file with pictures may say, first of all where they are all that is in it (10.2): a film has a still too. */
const structural = ["mif1", "msf1"];

/** Whether a file is a HEIC, by its first bytes as Latin-1. */
export function isHeic(head: string): boolean {
  const [major, ...others] = mediaBrands(head);
  if (major === undefined || isAvif(head)) return false;
  return structural.includes(major) || [major, ...others].some((brand) => coded.includes(brand));
}

/** The photos of iPhones. What they are coded with is patented, so that few read them: Safari does. */
export const heic = definePictureFormat({
  name: "HEIC",
  extensions: [".heic", ".heif"],
  // An AVIF is such a file too, coded otherwise.
  begins: isHeic,
  header: readHeifHeader,
  pixelsPerByte: 256,
  // Turning is part of the picture: every decoder has to do it.
  turnsItself: true,
});
