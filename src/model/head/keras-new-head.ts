import { pushAll } from "../../base/extremes.ts";
import { StriateError } from "../../base/errors.ts";
import { formatShape } from "../../base/shape.ts";
import type { LayerDefinition } from "../../layers/define-layer.ts";
import { dense } from "../../layers/core/dense.ts";
import { globalAveragePooling2d } from "../../layers/pooling/global-pooling.ts";
import { parseLayer } from "../../layers/layer.ts";
import { copyModel } from "../copy-model.ts";
import { initializeWeights } from "../lowering/initialize-weights.ts";
import { listWeights } from "../lowering/list-weights.ts";
import type { Call, KerasModel, Layer, Ref } from "../model.ts";
import { unitsFor } from "./new-head.ts";

/**
 * A model of Keras layers with a new head behind its last pooled or flattened value, as `withNewHead` gives
 * one to a graph. Layers that only the old head needed are gone. The given model stays as it is.
 *
 * @throws StriateError where there are fewer than two classes, or the model ends with neither rows nor maps
 */
export function kerasWithNewHead(
  given: KerasModel,
  classNames: readonly string[],
  seed = 0,
): KerasModel {
  const units = unitsFor(classNames);
  const model = copyModel(given);
  const shapeOf = listWeights(model).shapes.get(model)!;
  const callOf = ({ layer, call }: Ref) =>
    model.calls.find((each) => each.layer === layer && each.index === call);
  let found: Ref | undefined;
  for (let at = model.outputs[0]; at && shapeOf(at).length === 2;) {
    found = at;
    const reads: readonly Ref[] = callOf(at)?.inputs ?? [];
    at = reads.length === 1 ? reads[0] : undefined;
  }
  const feature = found ?? model.outputs[0]!;
  const { length: rank } = shapeOf(feature);
  if (rank !== 2 && rank !== 4)
    throw new StriateError(
      `a new head needs pooled, flattened or convolutional features, the model ends with ${formatShape(shapeOf(feature))}`,
    );
  const needed = new Set<Call>();
  const open = [feature];
  while (open.length > 0) {
    const call = callOf(open.pop()!);
    if (call === undefined || needed.has(call)) continue;
    needed.add(call);
    pushAll(open, call.inputs);
  }
  const kept = new Set([...needed].map(({ layer }) => layer));
  for (const { layer } of model.inputs) kept.add(layer);
  const names = new Set([...kept].map(({ name }) => name));
  const own = (definition: unknown, wanted: string, config: object = {}): Layer => {
    let name = wanted;
    for (let i = 1; names.has(name); i++) name = `${wanted}_${i}`;
    names.add(name);
    const raw = { ...config, name };
    return parseLayer(definition as LayerDefinition, name, raw, model.kerasVersion);
  };
  const activation = units === 1 ? "sigmoid" : "softmax";
  const added = [
    ...(rank === 4 ? [own(globalAveragePooling2d, "head_pool")] : []),
    own(dense, "head", { units, activation }),
  ];
  const calls = model.calls.filter((call) => needed.has(call));
  let end = feature;
  for (const layer of added) {
    calls.push({ layer, index: 0, inputs: [end], kwargs: {} });
    end = { layer, call: 0, output: 0 };
  }
  const result: KerasModel = {
    ...model,
    leftOut: undefined,
    lostOutputs: undefined,
    layers: [...model.layers.filter((layer) => kept.has(layer)), ...added],
    calls,
    outputs: [end],
  };
  initializeWeights(result, seed);
  return result;
}
