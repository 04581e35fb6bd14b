import type { ByteSource } from "../base/byte-source.ts";
import type { LayerDefinition } from "../layers/define-layer.ts";
import type { KerasModel } from "../model/model.ts";
import type { Network } from "../model/network.ts";
import type { OptimizerState } from "../model/optimizer-state.ts";
import { type OpenSource, openSource } from "./open-source.ts";

/** A model file as the readers get it: its bytes, and a way to the files beside it. */
export interface ModelSource {
  /** As the user wrote it, for messages. */
  name: string;
  /** Open while the file is read, and no longer. */
  bytes: ByteSource;
  /**
   * Reads another file of the same folder: weight shards, external data.
   * @throws StriateError naming the path when it is missing or leads out of the folder.
   */
  sibling(path: string): Promise<Uint8Array>;
}

/** What a model file holds. */
export interface OpenedModel {
  network: Network;
  /** The Keras layers, where the file has them: what training and the Keras writers need. */
  keras?: KerasModel;
  /** The optimizer, where the file keeps it: what `--resume` needs. */
  optimizer?: OptimizerState;
  /** The compile configuration of the file (loss, metrics, optimizer), as JSON. */
  compile?: Record<string, unknown>;
}

/** A file that was written: its path within the target folder, and its bytes. */
export interface WrittenFile {
  path: string;
  bytes: Uint8Array;
}

/** A kind of model file. One ordered line in the index makes it known. */
export interface FormatDefinition {
  /** `keras-h5` */
  id: string;
  /** `Keras HDF5`, for people. */
  title: string;
  /** File endings that the writer answers to, with the dot. */
  extensions: readonly string[];
  /** Whether the content looks like this format; judged by bytes, not by the name. */
  match(source: ModelSource): boolean;
  read(source: ModelSource, options?: ReadModelOptions): Promise<OpenedModel>;
  /** Writes the model; names what the format cannot hold. */
  write?(model: OpenedModel, name: string): Promise<WrittenFile[]>;
}

export interface ReadModelOptions {
  /** The architecture for a file that holds only weights: the text of a `model.json`. */
  architecture?: string;
  /** Stand-ins for layers that cannot be run, by name: `{ to_unit_range: "identity" }`. */
  replace?: Readonly<Record<string, "identity" | LayerDefinition>>;
}

/** A kind of model file as its reader writes it: what it reads has a budget for the whole file. */
type Definition = Omit<FormatDefinition, "read"> & {
  read(source: OpenSource, options?: ReadModelOptions): Promise<OpenedModel>;
};

export function defineFormat(definition: Definition): FormatDefinition {
  return { ...definition, read: (source, options) => definition.read(openSource(source), options) };
}
