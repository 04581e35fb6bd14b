// What the page shows before its engine is there: the packaged network's maps of the packaged dog, made by the same
// engine when the page was built, a byte a value. The live ones take their place without a word.
import { type Codes, coded, decoded } from "./coded-planes.ts";
import { pack, unpack } from "./pack.ts";
import type { EngineMethods, LayerMaps, ModelInfo, PhotoInfo, SeenPhoto } from "./protocol.ts";

/** Its place, relative to the page. */
export const firstLookFile = "first-look.bin";

/** What the first look is made of: each as the engine has answered. */
export interface FirstLook {
  readonly model: ModelInfo;
  readonly photo: Omit<PhotoInfo, "pixels">;
  readonly seen: SeenPhoto;
  readonly colormaps: Awaited<ReturnType<EngineMethods["colormaps"]>>;
}

type CodedMaps = Omit<LayerMaps, "values"> & Codes;
interface Packed extends Omit<FirstLook, "seen"> {
  readonly seen: Omit<SeenPhoto, "maps"> & { readonly maps: readonly CodedMaps[] };
}

/** A first look as bytes, to be compressed. */
export function packFirstLook(look: FirstLook): Uint8Array<ArrayBuffer> {
  const maps = look.seen.maps.map(({ values, ...rest }): CodedMaps => {
    const ranges = rest.numbers.map(({ min, max }) => ({ low: min, high: max }));
    return { ...rest, ...coded(values, ranges) };
  });
  return pack({ ...look, seen: { ...look.seen, maps } } satisfies Packed);
}

/** @throws RangeError or SyntaxError where the bytes are no first look */
export function unpackFirstLook(bytes: Uint8Array): FirstLook {
  const { seen, ...rest } = unpack(bytes) as Packed;
  const maps = seen.maps.map(({ codes, lows, highs, ...one }): LayerMaps => {
    return { ...one, values: decoded({ codes, lows, highs }) };
  });
  return { ...rest, seen: { ...seen, maps } };
}
