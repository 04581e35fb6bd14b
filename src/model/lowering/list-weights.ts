import { pushAll } from "../../base/extremes.ts";
import { namingSync } from "../../base/errors.ts";
import type { KerasShape, WeightSpec } from "../../layers/define-layer.ts";
import { shapesOf } from "./shapes-of.ts";
import type { KerasModel, Layer, Ref } from "../model.ts";

/** The weights that a layer must have, by its definition and the shapes that reach it. */
export interface LayerWeights {
  layer: Layer;
  /** The layer of the outermost model that it is part of; itself, where it is not nested. */
  owner: Layer;
  /** Layer names from the outermost model on: `base/block5_conv3`. */
  path: string;
  specs: readonly WeightSpec[];
}

/** What follows from the shapes that reach each layer of a model. */
export interface ShapedModel {
  /** Every layer with weights, nested ones too, in the order of the file's layers. */
  weights: LayerWeights[];
  outputs: KerasShape[];
  /** The shape of every tensor of the model, and of the models inside (of their first call). */
  shapes: ReadonlyMap<KerasModel, TensorShapes>;
}

/** The shape of an output of a call. */
export type TensorShapes = (ref: Ref) => KerasShape;

/**
 * Follows shapes through a model and lists the weights that its layers need, in the order of the
 * file's layers (not of the calls). A layer that is called twice has one set.
 *
 * @throws StriateError naming the layer whose shape does not fit
 */
export function listWeights(model: KerasModel): ShapedModel {
  const feeds = model.inputs.map(({ layer }) => shapesOf(layer, [])[0]!);
  return follow(model, feeds, "");
}

function follow(model: KerasModel, feeds: readonly KerasShape[], path: string): ShapedModel {
  const made = new Map<string, readonly KerasShape[]>();
  const key = (layer: Layer, call: number) => `${call}:${layer.name}`;
  const read: TensorShapes = ({ layer, call, output }) =>
    made.get(key(layer, call))?.[output] ?? [];
  const shapes = new Map([[model, read]]);
  const inputs = new Set<Layer>();
  model.inputs.forEach(({ layer, call }, i) => {
    made.set(key(layer, call), [feeds[i] ?? []]);
    inputs.add(layer);
  });
  const found = new Map<Layer, LayerWeights[]>();
  /** Follows a model inside; what its first call says holds. */
  const enter = (layer: Layer, inner: KerasModel, reaching: readonly KerasShape[]) => {
    const shaped = follow(inner, reaching, `${path}${layer.name}/`);
    for (const [each, its] of shaped.shapes) if (!shapes.has(each)) shapes.set(each, its);
    return { ...shaped, weights: shaped.weights.map((each) => ({ ...each, owner: layer })) };
  };
  for (const call of model.calls) {
    const { layer } = call;
    if (inputs.has(layer)) continue;
    const reaching = call.inputs.map(read);
    const place = `${path}${layer.name}`;
    const outputs = namingSync(`${layer.className} "${place}"`, () => {
      if (layer.model && !layer.definition) {
        const inner = enter(layer, layer.model, reaching);
        if (!found.has(layer)) found.set(layer, inner.weights);
        return inner.outputs;
      }
      const own = layer.definition!.weights?.(layer.config, reaching, call) ?? [];
      const weights: LayerWeights[] =
        own.length > 0 ? [{ layer, owner: layer, path: place, specs: own }] : [];
      // A wrapper calls the model that it holds on one step of its input at a time.
      if (layer.model) {
        const steps = reaching.map(([batch, , ...rest]) => [batch ?? null, ...rest]);
        const inner = enter(layer, layer.model, steps);
        pushAll(weights, inner.weights);
        if (!found.has(layer)) found.set(layer, weights);
        return shapesOf(layer, reaching, call, inner.outputs);
      }
      if (!found.has(layer)) found.set(layer, weights);
      return shapesOf(layer, reaching, call);
    });
    made.set(key(layer, call.index), outputs);
  }
  return {
    weights: model.layers.flatMap((layer) => found.get(layer) ?? []),
    outputs: model.outputs.map(read),
    shapes,
  };
}
