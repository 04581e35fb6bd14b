import type { KerasVersion } from "../../layers/keras-version.ts";
import { isObject } from "./json.ts";

/** Which Keras wrote a file. */
export interface KerasWriter {
  /** Major version: it decides what words mean. */
  major: KerasVersion;
  /** As the file says it, `2.15.0`; empty where it does not. */
  version: string;
  /** `tensorflow`, `theano`; empty where the file does not say. */
  backend: string;
}

/**
 * Which Keras wrote a file, by what the file says of itself; by the words of the configuration where
 * it says nothing.
 *
 * @param version the `keras_version` of the file
 */
export function kerasWriter(version: unknown, backend: unknown, config?: unknown): KerasWriter {
  const text = typeof version === "string" ? version : "";
  const major = Number.parseInt(text, 10);
  return {
    major: major === 1 || major === 2 || major === 3 ? major : (guessMajor(config) ?? 1),
    version: text,
    backend: typeof backend === "string" ? backend : "",
  };
}

/** Words that only one version of Keras used. */
function guessMajor(config: unknown): KerasVersion | undefined {
  const text = isObject(config) ? JSON.stringify(config) : "";
  if (/"(registered_name|keras_history|batch_shape)"/.test(text)) return 3;
  if (/"(nb_filter|border_mode|W_regularizer|output_dim|dim_ordering)"/.test(text)) return 1;
  return text === "" ? undefined : 2;
}

/** `Keras 2.15.0 (tensorflow)`. */
export function writerName({ version, backend }: KerasWriter): string {
  if (version === "") return "";
  return `Keras ${version}${backend === "" ? "" : ` (${backend})`}`;
}
