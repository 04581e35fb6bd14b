import { namingSync } from "../../base/errors.ts";
import type { KerasShape, WeightSpec } from "../../layers/define-layer.ts";
import { shapesOf } from "../../model/lower.ts";
import type { KerasModel, Layer } from "../../model/model.ts";

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
}

/**
 * Follows shapes through a model and lists the weights that its layers need, in the order of the
 * file's layers (not of the calls). A layer that is called twice has one set.
 *
 * @param feeds shapes of the inputs; those of the input layers by default
 * @throws StriateError naming the layer whose shape does not fit
 */
export function listWeights(model: KerasModel, feeds?: readonly KerasShape[]): ShapedModel {
  return follow(model, feeds ?? model.inputs.map(({ layer }) => shapesOf(layer, [])[0]!), "");
}

function follow(model: KerasModel, feeds: readonly KerasShape[], path: string): ShapedModel {
  const made = new Map<string, readonly KerasShape[]>();
  const key = (layer: Layer, call: number) => `${call}:${layer.name}`;
  const inputs = new Set<Layer>();
  model.inputs.forEach(({ layer, call }, i) => {
    made.set(key(layer, call), [feeds[i] ?? []]);
    inputs.add(layer);
  });
  const found = new Map<Layer, LayerWeights[]>();
  const read = ({ layer, call, output }: KerasModel["outputs"][number]): KerasShape =>
    made.get(key(layer, call))?.[output] ?? [];
  for (const call of model.calls) {
    const { layer } = call;
    if (inputs.has(layer)) continue;
    const shapes = call.inputs.map(read);
    const place = `${path}${layer.name}`;
    const outputs = namingSync(`${layer.className} "${place}"`, () => {
      if (layer.model && !layer.definition) {
        const inner = follow(layer.model, shapes, `${place}/`);
        if (!found.has(layer)) found.set(layer, owned(inner.weights, layer));
        return inner.outputs;
      }
      const own = layer.definition!.weights?.(layer.config, shapes) ?? [];
      const weights: LayerWeights[] =
        own.length > 0 ? [{ layer, owner: layer, path: place, specs: own }] : [];
      // A wrapper calls the model that it holds on one step of its input at a time.
      if (layer.model) {
        const steps = shapes.map(([batch, , ...rest]) => [batch ?? null, ...rest]);
        weights.push(...owned(follow(layer.model, steps, `${place}/`).weights, layer));
      }
      if (!found.has(layer)) found.set(layer, weights);
      return shapesOf(layer, shapes, call);
    });
    made.set(key(layer, call.index), outputs);
  }
  return {
    weights: model.layers.flatMap((layer) => found.get(layer) ?? []),
    outputs: model.outputs.map(read),
  };
}

const owned = (weights: readonly LayerWeights[], owner: Layer): LayerWeights[] =>
  weights.map((each) => ({ ...each, owner }));
