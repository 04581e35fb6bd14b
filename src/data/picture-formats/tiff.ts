import { StriateError } from "../../base/errors.ts";
import { orientationOf, readTiffTags } from "./exif.ts";
import type { PictureHeader } from "./picture-header.ts";
import { definePictureFormat } from "./define-picture-format.ts";
export const tiff = definePictureFormat({
  name: "TIFF",
  extensions: [".tif", ".tiff"],
  begins: ["II*\0", "MM\0*"],
  header: readTiff,
  turnsItself: true,
});

/** Source: TIFF 6.0, section 8: width, length, bits, photometric interpretation. */
function readTiff(bytes: Uint8Array): PictureHeader | undefined {
  const tags = readTiffTags(bytes);
  const [width, height] = [tags.get(256), tags.get(257)];
  if (width === undefined || height === undefined) return undefined;
  const sampleFormat = tags.get(339) ?? 1;
  const bits = tags.get(258) ?? 1;
  if (sampleFormat !== 1 || bits > 16)
    throw new StriateError(
      "the TIFF holds measurements (32 bits or floats), not a photo: scale it to 8 or 16 bits first",
    );
  const kinds: Record<number, PictureHeader["color"]> = {
    0: "grey",
    1: "grey",
    3: "palette",
    5: "cmyk",
  };
  const color = kinds[tags.get(262) ?? 2] ?? "rgb";
  const inks = color === "cmyk" ? 4 : color === "rgb" ? 3 : 1;
  const alpha = (tags.get(277) ?? inks) > inks;
  return { width, height, bits, alpha, orientation: orientationOf(tags), color };
}
