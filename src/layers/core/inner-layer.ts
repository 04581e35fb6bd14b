import { StriateError } from "../../base/errors.ts";
import { parseFields } from "../../base/fields.ts";
import type { Fields, Values } from "../../base/fields.ts";
import type {
  KerasShape,
  LayerDefinition,
  LowerContext,
  SymbolicTensor,
  WeightSpec,
} from "../define-layer.ts";
import { parseSerialized } from "../layer.ts";
import { findLayerClass } from "../registry.ts";

/** A layer inside another layer's configuration, `{ class_name, config }`. */
export interface InnerLayer<F extends Fields = Fields> {
  definition: LayerDefinition<F>;
  config: Values<F>;
}

/** Parses the layer that a wrapper holds; its configuration is in today's keys. */
export function innerLayer(serialized: unknown, what = "inner layer"): InnerLayer {
  const { className, config } = parseSerialized(serialized, what);
  const definition = findLayerClass(className);
  if (definition === undefined)
    throw new StriateError(`its ${what} is a ${className}, which is not known`);
  return { definition, config: parseFields(definition.fields, config) };
}

/** Turns the configuration of the layer at `key` into today's keys, one version of Keras at a time. */
export function convertInner(
  outer: Readonly<Record<string, unknown>>,
  key: string,
  step: "fromKeras1" | "fromKeras2",
): Record<string, unknown> {
  const serialized = outer[key] as { class_name?: unknown; config?: unknown } | null | undefined;
  const definition = findLayerClass(String(serialized?.class_name));
  const config = serialized?.config as Record<string, unknown> | undefined;
  const converted = config && definition?.[step]?.(config);
  return converted ? { ...outer, [key]: { ...serialized, config: converted } } : { ...outer };
}

/**
 * The weights of an inner layer as weights of the outer one.
 *
 * @param prefix of their names: `forward/`
 * @param holder the attribute of the outer Keras object that holds the inner one: `forward_layer`
 */
export function innerWeights(
  inner: InnerLayer,
  inputs: readonly KerasShape[],
  prefix: string,
  holder: string,
): WeightSpec[] {
  const specs = inner.definition.weights?.(inner.config, inputs) ?? [];
  return specs.map((spec) => ({
    ...spec,
    name: prefix + spec.name,
    holder: spec.holder === undefined ? holder : `${holder}/${spec.holder}`,
  }));
}

/** The output shapes of an inner layer, always as a list. */
export function innerShapes(inner: InnerLayer, inputs: readonly KerasShape[]): KerasShape[] {
  const shapes = inner.definition.outputShape(inner.config, inputs, { kwargs: {} });
  return Array.isArray(shapes[0]) ? (shapes as KerasShape[]) : [shapes as KerasShape];
}

/** Lowers an inner layer in the place of the outer one. */
export function lowerInner(
  context: LowerContext<unknown>,
  inner: InnerLayer,
  inputs: readonly SymbolicTensor[],
  prefix: string,
): SymbolicTensor[] {
  const result = inner.definition.lower({
    ...context,
    config: inner.config,
    inputs,
    outputShapes: innerShapes(
      inner,
      inputs.map((x) => x.shape),
    ),
    call: { kwargs: {} },
    hasWeight: (name) => context.hasWeight(prefix + name),
    weight: (name) => context.weight(prefix + name),
    update: (name, value) => {
      context.update(prefix + name, value);
    },
    // What an inner layer computes step by step is no map of the outer one.
    preActivation: () => undefined,
  });
  return Array.isArray(result) ? (result as SymbolicTensor[]) : [result as SymbolicTensor];
}
