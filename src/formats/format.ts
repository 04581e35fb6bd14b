import type { LayerDefinition } from "../layers/define-layer.ts";
import type { KerasModel } from "../model/model.ts";
import type { Network } from "../model/network.ts";
import type { OptimizerState } from "../model/optimizer-state.ts";
import { type ModelSource, type OpenSource, openSource } from "./open-source.ts";

export type { ModelSource } from "./open-source.ts";

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

/** What becomes of a kind of file. */
export interface FormatFacts {
  reads: readonly string[];
  /** Drawn before an unknown part: what takes only what depends on it away. */
  leavesOut: readonly string[];
  refuses: readonly string[];
}

/** A kind of model file. One ordered line in the index makes it known. */
export interface FormatDefinition {
  /** `keras-h5` */
  id: string;
  /** `Keras HDF5`, for people. */
  title: string;
  /** Endings of files that are models by themselves, with the dot. */
  extensions: readonly string[];
  /** The file that says of a whole folder what model it is: `saved_model.pb`. */
  folderFile?: string;
  /** What is read, left out and refused, for `docs/formats.md`: sentences without their full stop. */
  about: FormatFacts;
  /** Whether the content looks like this format; judged by bytes, not by the name. */
  match(source: ModelSource): boolean;
  read(source: ModelSource, options?: ReadModelOptions): Promise<OpenedModel>;
  writer?: FormatWriter;
}

/** How files of a kind are written. */
export interface FormatWriter {
  /** Endings of names that it answers to, with the dot, or whole names: `model.json`. Whole names come first. */
  answers: readonly string[];
  /** For messages, where the endings do not say enough: `.npz (weights)`. */
  label?: string;
  /** Whether what is written can be read again and run; else it is a part of a model. */
  runs: boolean;
  /** Whether it takes weights without a network. */
  takesWeightsAlone?: boolean;
  /**
   * Whether it can hold this model, where not every one can be held; asked before a long training.
   * @throws StriateError that says why not
   */
  takes?(model: OpenedModel): void;
  /** What the file does not hold of this model, in words, though the rest of it can be written. */
  loses(model: OpenedModel): string[];
  /**
   * @param name without a folder
   * @returns the files, the first of which has the given name
   * @throws StriateError that says what the format cannot hold
   */
  write(model: OpenedModel, name: string): Promise<WrittenFile[]>;
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
