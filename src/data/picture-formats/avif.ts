import { readAvifHeader } from "./avif-header.ts";
import { mediaBrands } from "./media-brands.ts";
import { definePictureFormat } from "./define-picture-format.ts";
export const avif = definePictureFormat({
  name: "AVIF",
  extensions: [".avif"],
  begins: (head) => mediaBrands(head).some((brand) => ["avif", "avis"].includes(brand)),
  header: readAvifHeader,
  // A pixel takes seven times the memory that it takes in other kinds while it is decoded.
  pixelsPerByte: 256,
});
