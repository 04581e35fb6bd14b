import type { PlatformDecoder } from "../../data/pictures/decode-picture.ts";
import { decodeAvif } from "./decode-avif.ts";
import { decodeWithSharp } from "./decode-sharp.ts";

/** Node's decoders: sharp off the main thread, libavif; both need not be installed. */
export const decodePicture: PlatformDecoder = async (bytes, format, header, steps) => {
  switch (format) {
    case "AVIF":
      return decodeAvif(bytes, header);
    case "JPEG":
    case "PNG":
    case "WebP":
    case "TIFF":
      return decodeWithSharp(bytes, format, header, steps);
    default:
      return undefined;
  }
};
