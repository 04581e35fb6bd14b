import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { StriateError } from "../../base/errors.ts";
import type { Pixels } from "../../data/picture-formats/pixels.ts";

interface DecodedAvif {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue, alpha. */
  readonly data: Uint8ClampedArray;
}
type Decode = (file: ArrayBuffer) => Promise<DecodedAvif | null>;

let loading: Promise<Decode> | undefined;

/**
 * libavif in WebAssembly. sharp could read AVIF too, but its libheif repeats each colour sample of a
 * 4:2:0 picture where libavif, and so Pillow, interpolates: up to 47 levels apart at edges.
 */
function loadDecoder(): Promise<Decode> {
  loading ??= (async () => {
    const { init, default: decode } = await import("@jsquash/avif/decode.js").catch(() => {
      throw new StriateError(
        "AVIF is read by @jsquash/avif, which is not here: npm install @jsquash/avif",
      );
    });
    const file = createRequire(import.meta.url).resolve("@jsquash/avif/codec/dec/avif_dec.wasm");
    await init((await WebAssembly.compile(await readFile(file))) as never);
    return decode as Decode;
  })();
  return loading;
}

/**
 * Decodes the primary picture of an AVIF to RGB bytes; alpha is dropped, turning is left to the caller.
 *
 * @throws StriateError (without the file's name) when the file is cut off or damaged
 */
export async function decodeAvif(bytes: Uint8Array): Promise<Pixels> {
  const decode = await loadDecoder();
  // A copy, because the decoder takes the whole of a buffer and a file may be a part of one.
  const image = await decode(new Uint8Array(bytes).buffer).catch((error: unknown) => {
    throw new StriateError("the AVIF is cut off or damaged; get a whole copy of it", {
      cause: error,
    });
  });
  if (!image) throw new StriateError("the AVIF is cut off or damaged; get a whole copy of it");
  const { width, height } = image;
  const data = new Uint8Array(width * height * 3);
  let alpha = false;
  for (let from = 0, to = 0; to < data.length; from += 4, to += 3) {
    data[to] = image.data[from]!;
    data[to + 1] = image.data[from + 1]!;
    data[to + 2] = image.data[from + 2]!;
    alpha ||= image.data[from + 3] !== 255;
  }
  return { width, height, data, alpha };
}
