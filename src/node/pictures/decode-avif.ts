import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { StriateError } from "../../base/errors.ts";
import type { PictureHeader } from "../../data/picture-formats/picture-header.ts";
import type { Pixels } from "../../data/picture-formats/pixels.ts";

interface DecodedAvif {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue, alpha. */
  readonly data: Uint8ClampedArray;
}

/** libavif in a memory of its own. */
interface Decoder {
  decode(file: ArrayBuffer, bitDepth: 8): DecodedAvif | null;
}
type Factory = (options: object) => Promise<Decoder>;

/** One decoder, how large its memory is and how large it may become. */
interface BoundedDecoder {
  readonly decoder: Decoder;
  readonly size: () => number;
  limit: number;
}

const pageBytes = 65_536;
/** What the decoder needs for any picture, and besides for each pixel: planes, references, RGBA. */
const memory = { base: 64 * 2 ** 20, perPixel: 32 };
/** A decoder's memory never shrinks: one that has grown beyond this is thrown away after its picture. */
const kept = 256 * 2 ** 20;

let compiling: Promise<[Factory, WebAssembly.Module]> | undefined;
let loading: Promise<BoundedDecoder> | undefined;

/**
 * libavif in WebAssembly. sharp could read AVIF too, but its libheif repeats each colour sample of a
 * 4:2:0 picture where libavif, and so Pillow, interpolates: up to 47 levels apart at edges.
 *
 * Its memory is bounded, since a picture's size stands in several places: in the head of the file, which has
 * been checked, and once more in the coded picture, which only the decoder reads.
 */
async function loadDecoder(): Promise<BoundedDecoder> {
  compiling ??= (async () => {
    const { default: factory } = await import("@jsquash/avif/codec/dec/avif_dec.js").catch(() => {
      throw new StriateError(
        "AVIF is read by @jsquash/avif, which is not here: npm install @jsquash/avif",
      );
    });
    const file = createRequire(import.meta.url).resolve("@jsquash/avif/codec/dec/avif_dec.wasm");
    return [factory as unknown as Factory, await WebAssembly.compile(await readFile(file))];
  })();
  const [factory, module] = await compiling;
  let heap: WebAssembly.Memory | undefined;
  const decoder = await factory({
    noInitialRun: true,
    instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) {
      const instance = new WebAssembly.Instance(module, imports);
      heap = Object.values(instance.exports).find((part) => part instanceof WebAssembly.Memory);
      if (heap) boundGrowth(heap, () => bounded.limit);
      done(instance);
      return instance.exports;
    },
  });
  const bounded: BoundedDecoder = {
    decoder,
    size: () => heap?.buffer.byteLength ?? Infinity,
    limit: memory.base,
  };
  return bounded;
}

/** Where no more is allowed, the decoder gets no memory and says so, as on a machine that has none left. */
function boundGrowth(heap: WebAssembly.Memory, limit: () => number): void {
  heap.grow = (pages) => {
    if (heap.buffer.byteLength + pages * pageBytes > limit())
      throw new RangeError("the picture needs more memory than its header accounts for");
    return WebAssembly.Memory.prototype.grow.call(heap, pages);
  };
}

/**
 * Decodes the primary picture of an AVIF to RGB bytes; alpha is dropped, turning is left to the caller.
 *
 * @param header what the file says of its size, which has been checked
 * @throws StriateError (without the file's name) when the file is cut off or damaged
 */
export async function decodeAvif(bytes: Uint8Array, header: PictureHeader): Promise<Pixels> {
  loading ??= loadDecoder();
  const bounded = await loading;
  bounded.limit = memory.base + memory.perPixel * header.width * header.height + 4 * bytes.length;
  let image: DecodedAvif | null = null;
  let cause: unknown;
  try {
    // A copy, because the decoder takes the whole of a buffer and a file may be a part of one.
    image = bounded.decoder.decode(new Uint8Array(bytes).buffer, 8);
  } catch (error) {
    cause = error;
  }
  // What has failed within may have left anything behind.
  if (!image || bounded.size() > kept) loading = undefined;
  if (!image)
    throw new StriateError("the AVIF is cut off or damaged; get a whole copy of it", { cause });
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
