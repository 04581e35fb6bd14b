import type { JpegDecoder } from "./jpeg/decode.ts";
import type { PictureHeader } from "./picture-header.ts";
import type { Pixels } from "./pixels.ts";

/** What a decoder may ask, beside the bytes. */
export interface DecoderWork {
  readonly header: PictureHeader;
  readonly decoder: JpegDecoder;
  /** The most that this file may have. */
  readonly maxPixels: number;
  /** What becomes of the pixels on the way, in words; decoders add to it. */
  readonly steps: string[];
  /** Decodes a picture of another kind that lies inside, from its header on. */
  inner(bytes: Uint8Array, format: string): Promise<Pixels>;
}

/** Everything that is known about one kind of picture file. One line in the index makes it known. */
export interface PictureFormatDefinition {
  /** `JPEG`, for people and platforms. */
  name: string;
  /** Endings of names of files that are meant as such pictures, with the dot. */
  extensions: readonly string[];
  /**
   * How its files begin: leading bytes (Latin-1, `.` for any byte), or a look at the first 512 of them.
   */
  begins: readonly string[] | ((head: string) => boolean);
  /**
   * Size, orientation and kind of colours, before any pixel is decoded; undefined where the head is
   * damaged.
   */
  header(bytes: Uint8Array): PictureHeader | undefined;
  /**
   * How many pixels a byte of a file may stand for, beyond those that any file may have: thousands are
   * one colour, and no photo. 1,024 where nothing is said.
   */
  pixelsPerByte?: number;
  /**
   * The decoder that runs anywhere; undefined for files that it leaves to the platform. Without one only
   * platforms read the kind.
   */
  decode?(bytes: Uint8Array, work: DecoderWork): Pixels | undefined | Promise<Pixels | undefined>;
  /** TensorFlow decodes it to other pixels than Pillow, and `decode` can do either. */
  hasTwoDecodings?: boolean;
  /** Pillow turns it upright by itself when it opens it, so that Keras does not ignore that either. */
  turnsItself?: boolean;
}

export function definePictureFormat(definition: PictureFormatDefinition): PictureFormatDefinition {
  return definition;
}
