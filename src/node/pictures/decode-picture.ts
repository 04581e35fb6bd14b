import type { PlatformDecoder } from "../../data/pictures/decode-picture.ts";
import { decodeAvif } from "./decode-avif.ts";
import { decodeWithSharp } from "./decode-sharp.ts";

const decoders = {
  AVIF: (bytes, _format, header) => decodeAvif(bytes, header),
  JPEG: decodeWithSharp,
  PNG: decodeWithSharp,
  WebP: decodeWithSharp,
  TIFF: decodeWithSharp,
} satisfies Record<string, PlatformDecoder["decode"]>;

/** Node's decoders: sharp off the main thread, libavif; both need not be installed. */
export const decodePicture: PlatformDecoder = {
  reads: Object.keys(decoders),
  decode: async (bytes, format, header, steps) =>
    Object.hasOwn(decoders, format)
      ? decoders[format as keyof typeof decoders](bytes, format, header, steps)
      : undefined,
};
