import type { AbortSignalLike } from "../base/abort.ts";
import type { ResizeMethod } from "./pictures/resize.ts";

/** How a data set of pictures is opened. */
export interface OpenDatasetOptions {
  /** [height, width] of every picture; [150, 150] by default. */
  readonly size?: readonly [number, number];
  /** 3 for colours, the default; 1 for grey pictures: Pillow's luma, before they are resized. */
  readonly channels?: 1 | 3;
  /** How pictures are resized; "bilinear" by default. Bytes are rounded, halves to even. */
  readonly resize?: ResizeMethod;
  /** Whether photos are turned by their EXIF orientation; true by default. */
  readonly orient?: boolean;
  /**
   * Seed of the order of each split, 42 by default: NumPy's `RandomState(seed).permutation` over the
   * sorted paths. `null` keeps the sorted order, class by class.
   */
  readonly seed?: number | null;
  /** Drops pictures without a JFIF header, as TensorFlow Datasets does with cats_vs_dogs. */
  readonly jfifOnly?: boolean;
  /** Whether photos that no class folders tell apart are a set too: one class; false by default. */
  readonly unlabelled?: boolean;
  /** Memory for decoded pictures, `1g` or bytes; by default 2 GB, or half of the machine's if less. */
  readonly memory?: number | string;
  /** Folder for downloads and for decoded pictures that memory has no room for. */
  readonly cacheFolder?: string;
  /** Whether decoded pictures are kept for another epoch; true by default. */
  readonly keep?: boolean;
  /** Another address to download a named set from. */
  readonly url?: string;
  /** Pictures in the drawn set of shapes. */
  readonly count?: number;
  readonly onProgress?: (progress: DatasetProgress) => void;
  /** Asks to stop; the promise then rejects with the signal's reason. A download goes on from there later. */
  readonly signal?: AbortSignalLike;
}

export interface DatasetProgress {
  /** Bytes are downloaded and verified, files are listed. */
  readonly phase: "download" | "verify" | "list";
  readonly done: number;
  readonly total?: number;
}
