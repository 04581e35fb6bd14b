import type { Tensor } from "../base/tensor.ts";
import { StriateError, namingSync } from "../base/errors.ts";
import { parseFields } from "../base/fields.ts";
import type { LayerDefinition } from "./define-layer.ts";
import type { KerasVersion } from "./keras-version.ts";

/** A layer of a model: its class, its configuration, its weights. */
export interface PlainLayer {
  name: string;
  className: string;
  definition: LayerDefinition;
  /** Parsed configuration, in today's keys. */
  config: Record<string, unknown>;
  /** The configuration as it stood in the file: keys that we do not know survive a round trip. */
  raw: Record<string, unknown>;
  /** Weights by the names of their specs, in Keras' own shapes; empty until they are read or drawn. */
  weights: Map<string, Tensor>;
}

/**
 * Makes a layer from its configuration as a file has it.
 *
 * @throws StriateError `Conv2D "block1": "filters": expected a whole number, got null`
 */
export function parseLayer(
  definition: LayerDefinition,
  name: string,
  raw: Readonly<Record<string, unknown>>,
  version: KerasVersion,
): PlainLayer {
  const config = namingSync(`${definition.className}${name === "" ? "" : ` "${name}"`}`, () =>
    parseFields(definition.fields, currentConfig(definition, raw, version)),
  );
  return {
    name,
    className: definition.className,
    definition,
    config,
    raw: { ...raw },
    weights: new Map(),
  };
}

/** A configuration in today's keys, whatever version of Keras wrote it. */
export function currentConfig(
  definition: LayerDefinition,
  raw: Readonly<Record<string, unknown>>,
  version: KerasVersion,
): Record<string, unknown> {
  let config: Record<string, unknown> = { ...raw };
  if (version === 1) config = definition.fromKeras1?.(config) ?? config;
  if (version <= 2) config = definition.fromKeras2?.(config) ?? config;
  return config;
}

/** A serialized object of a configuration: `{ class_name, config }`. */
export interface Serialized {
  className: string;
  config: Record<string, unknown>;
}

/** Parses `{ class_name, config }`, the way Keras nests a layer in another one's configuration. */
export function parseSerialized(value: unknown, what: string): Serialized {
  const record = value as { class_name?: unknown; config?: unknown } | null;
  if (
    typeof record !== "object" ||
    record === null ||
    typeof record.class_name !== "string" ||
    typeof record.config !== "object" ||
    record.config === null
  )
    throw new StriateError(`its ${what} is not a serialized layer`);
  return { className: record.class_name, config: record.config as Record<string, unknown> };
}
