import type { Call, KerasModel, Layer, Ref } from "./model.ts";

/** A copy of a model whose layers can be changed without touching the original; weights are shared. */
export function copyModel(model: KerasModel): KerasModel {
  const copies = new Map(model.layers.map((layer) => [layer, copyLayer(layer)]));
  const ref = (each: Ref): Ref => ({ ...each, layer: copies.get(each.layer)! });
  const call = (each: Call): Call => ({
    ...each,
    layer: copies.get(each.layer)!,
    inputs: each.inputs.map(ref),
  });
  return {
    ...model,
    layers: [...copies.values()],
    calls: model.calls.map(call),
    inputs: model.inputs.map(ref),
    outputs: model.outputs.map(ref),
    ...(model.leftOut && {
      leftOut: model.leftOut.map((each) => ({ ...each, call: call(each.call) })),
    }),
  };
}

const copyLayer = (layer: Layer): Layer => ({
  ...layer,
  weights: new Map(layer.weights),
  ...(layer.model && { model: copyModel(layer.model) }),
});
