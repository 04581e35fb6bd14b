import { definePictureFormat } from "./define-picture-format.ts";
import { readHeifHeader } from "./heif-header.ts";
import { isAvif } from "./media-brands.ts";
export const avif = definePictureFormat({
  name: "AVIF",
  extensions: [".avif"],
  begins: isAvif,
  header: readHeifHeader,
  // A pixel takes seven times the memory that it takes in other kinds while it is decoded.
  pixelsPerByte: 256,
});
