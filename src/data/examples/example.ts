import type { SkippedFile } from "../files/class-folders.ts";
import type { ByteImage } from "../pictures/image.ts";

/** One picture of a data set with its label. */
export interface Example {
  /** Red, green, blue, row by row, in 0..255: bytes as decoded, floats after augmentation. */
  readonly x: Uint8Array | Float32Array;
  /** [height, width, channels]. */
  readonly shape: ExampleShape;
  /** Index of the class in the set's `classNames`. */
  readonly y: number;
  /** The path of the picture in its set; names it in every message. */
  readonly id: string;
  /** Its number in its source. */
  readonly index?: number;
}

/** [height, width, channels]. */
export type ExampleShape = readonly [number, number, number];

/** Examples in an order, read again in every epoch. */
export interface ExampleStream {
  readonly length: number;
  readonly shape: ExampleShape;
  readonly classNames: readonly string[];
  /** Whether an example is the same in every epoch; else something is drawn anew. */
  readonly isStable: boolean;
  /** The examples of one epoch, counted from 0. */
  epoch(number: number): AsyncIterable<Example>;
}

/** The decoded pictures of a set, by index, in any order. Every picture has the same shape. */
export interface ExampleSource {
  /** Number of listed pictures; some may turn out to be unreadable. */
  readonly length: number;
  readonly shape: ExampleShape;
  readonly classNames: readonly string[];
  label(index: number): number;
  id(index: number): string;
  /**
   * Tells the file from another one of that name, cheaply: its size, and a checksum of its bytes or of the
   * first of them. A set that is made has none.
   */
  print?(index: number): string;
  /** The picture's bytes; undefined when it cannot be decoded, which is noted in `skipped`. */
  read(index: number): Promise<Uint8Array | undefined> | Uint8Array;
  /** Pictures that could not be read so far, each once. */
  readonly skipped: readonly SkippedFile[];
  /** A picture as its file has it, upright, before it is resized. @throws StriateError where it cannot be read */
  original?(index: number): Promise<ByteImage>;
  /** [height, width] of {@link original}, of a picture that was read. */
  originalSize?(index: number): readonly [number, number] | undefined;
  close(): Promise<void>;
}
