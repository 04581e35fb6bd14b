import type { OpenDatasetOptions } from "../data/dataset-options.ts";
import type { FileSet } from "../data/files/file-set.ts";
import type { DatasetArchive } from "../data/named-datasets.ts";
import type { FileSetPlatform } from "../data/files/open-file-set.ts";
import type { Pixels } from "../data/picture-formats/pixels.ts";
import type { ModelSource, OpenedModel, ReadModelOptions } from "../formats/format.ts";
import type { PngPlatform } from "../plot/png/encode-png.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Callback } from "../train/callbacks/callback.ts";

/** A file to be written, as the caller named it. */
export interface OutputFile {
  readonly path: string;
  readonly bytes: Uint8Array | string;
}

/** A decoded picture that a browser holds. */
export interface Bitmap {
  readonly width: number;
  readonly height: number;
  close(): void;
}

/**
 * All that the library needs of what it runs on: Node and a browser each have one (`node/platform.ts`,
 * `web/platform.ts`), and `#platform` stands for the one that a program was built for.
 */
export interface Platform extends PngPlatform, FileSetPlatform {
  /** Runs graphs. */
  readonly runtime: Runtime;

  /** Opens the model at a path; in a page that is an address relative to it. */
  openModel(path: string, options: ReadModelOptions): Promise<OpenedModel>;
  /** Finds the model at a web address, and the files beside it. */
  fetchModel(address: string): Promise<ModelSource>;
  /** A whole file at a web address. @throws StriateError with its name */
  fetchFile(address: string): Promise<Uint8Array>;
  /** A whole file. @throws StriateError with its name */
  readFile(path: string): Promise<Uint8Array>;
  /** A whole file, or undefined where there is none of that name. */
  maybeReadFile(path: string): Promise<Uint8Array | undefined>;
  /** The files of a folder or an archive, as a data set. */
  openFiles(path: string): Promise<FileSet>;
  /** Downloads the archive of a data set once, and gives its path; absent where nothing is kept. */
  fetchArchive?(
    dataset: string,
    archive: DatasetArchive,
    options: OpenDatasetOptions,
  ): Promise<string>;

  /** Writes a model; the ending of the path says as what. */
  saveModel(path: string, model: OpenedModel): Promise<void>;
  /** Writes files, all or none: on disk, or as downloads. */
  saveFiles(files: readonly OutputFile[]): Promise<void>;
  /** Adds to a file's end. @param anew whether what is in it goes first */
  appendFile(path: string, content: string | Uint8Array, anew: boolean): Promise<void>;

  /** The pixels of a picture that a browser has decoded; absent where there is none. */
  pixelsOf?(bitmap: Bitmap): Pixels;

  /** Shows how a training gets on. */
  progress(): Callback;
  /** Says something that the user should know. */
  notify(text: string): void;
  /** The name of this computer, for files that say where they were made. */
  hostName(): string;
}
