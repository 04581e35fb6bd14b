import { namingSync } from "../base/errors.ts";
import { type Fields, type Options, fromOptions } from "../base/fields.ts";
import type { LayerDefinition } from "./define-layer.ts";
import { definitions } from "./index.ts";
import { type PlainLayer, parseLayer } from "./layer.ts";

/** A layer that is no part of a model yet; a model gives it a name where it has none. */
export interface CreatedLayer extends Omit<PlainLayer, "name"> {
  name?: string;
  /** Shape of one example, on the first layer of a sequential model. */
  inputShape?: readonly (number | null)[];
}

interface Common {
  /** The layer's name; by default Keras' own, `conv2d`, `conv2d_1`. */
  name?: string;
  /** Shape of one example, without the batch: for the first layer of a sequential model. */
  inputShape?: readonly (number | null)[];
}

type FieldsOf<D> = D extends LayerDefinition<infer F> ? F : never;

/** Makes a layer. Its options are the fields of the layer's definition, spelled in camelCase. */
export type Create<F extends Fields> =
  // A layer without a required option can be made without any.
  object extends Options<F>
    ? (options?: Options<F> & Common) => CreatedLayer
    : (options: Options<F> & Common) => CreatedLayer;

export type LayerCreators = {
  readonly [K in keyof typeof definitions]: Create<FieldsOf<(typeof definitions)[K]>>;
};

/**
 * One function for each layer class: `layers.conv2d({ filters: 32, kernelSize: 3, activation: "relu" })`.
 * Names, options and defaults are Keras', in camelCase; a wrapper takes a layer:
 * `layers.timeDistributed({ layer: layers.dense({ units: 10 }) })`.
 *
 * Each throws a StriateError that names an unknown option and the nearest known ones, or what was
 * expected in place of a wrong value.
 */
export const layers: LayerCreators = Object.fromEntries(
  Object.entries(definitions).map(([name, definition]) => [
    name,
    (options: Record<string, unknown> = {}) =>
      createLayer(name, definition as unknown as LayerDefinition, options),
  ]),
) as unknown as LayerCreators;

function createLayer(
  creator: string,
  definition: LayerDefinition,
  { name, inputShape, ...options }: Record<string, unknown> & Common,
): CreatedLayer {
  const layer = namingSync(`layers.${creator}`, () => {
    const raw = serialize(fromOptions(definition.fields, options)) as Record<string, unknown>;
    const parsed = parseLayer(definition, name ?? "", raw, 3);
    for (const key of Object.keys(raw))
      namingSync(`"${key}"`, () => definition.fields[key]?.written?.(parsed.config[key]));
    return parsed;
  });
  return { ...layer, name, ...(inputShape && { inputShape }) };
}

/** Layers inside an option (of a wrapper) as a file would have them. */
function serialize(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(serialize);
  if (typeof value !== "object" || value === null) return value;
  if ("definition" in value && "raw" in value) {
    const { className, name, raw } = value as CreatedLayer;
    return { class_name: className, config: { ...(name !== undefined && { name }), ...raw } };
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, serialize(inner)]));
}
