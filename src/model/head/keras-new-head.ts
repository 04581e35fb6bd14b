import { pushAll } from "../../base/extremes.ts";
import { StriateError } from "../../base/errors.ts";
import { formatShape } from "../../base/shape.ts";
import type { LayerDefinition } from "../../layers/define-layer.ts";
import { dense } from "../../layers/core/dense.ts";
import { globalAveragePooling2d } from "../../layers/pooling/global-pooling.ts";
import { parseLayer } from "../../layers/layer.ts";
import { callsOf } from "../calls-of.ts";
import { copyModel } from "../copy-model.ts";
import { initializeWeights } from "../lowering/initialize-weights.ts";
import { listWeights } from "../lowering/list-weights.ts";
import type { Call, KerasModel, Layer, Ref } from "../model.ts";
import { kerasFeature } from "./keras-feature.ts";
import { unitsFor } from "./new-head.ts";

/**
 * A model of Keras layers with a new head behind its last pooled or flattened value, as `withNewHead` gives
 * one to a graph. Layers that only the old head needed are gone, those of a model inside too. The given model
 * stays as it is.
 *
 * @param isClassifier whether what comes out are numbers for classes
 * @throws StriateError where there are fewer than two classes, or the model ends with neither rows nor maps
 */
export function kerasWithNewHead(
  given: KerasModel,
  classNames: readonly string[],
  { seed = 0, isClassifier = false }: { seed?: number; isClassifier?: boolean } = {},
): KerasModel {
  const units = unitsFor(classNames);
  const whole = copyModel(given);
  const { path, shape } = kerasFeature(whole, listWeights(whole).shapes, isClassifier);
  const { length: rank } = shape;
  if (rank !== 2 && rank !== 4)
    throw new StriateError(
      `a new head needs pooled, flattened or convolutional features, the model ends with ${formatShape(shape)}`,
    );
  const model = endedAt(whole, path);
  const names = new Set(model.layers.map(({ name }) => name));
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
  const calls = [...model.calls];
  let [end] = model.outputs;
  for (const layer of added) {
    calls.push({ layer, index: 0, inputs: [end!], kwargs: {} });
    end = { layer, call: 0, output: 0 };
  }
  const result: KerasModel = {
    ...model,
    layers: [...model.layers, ...added],
    calls,
    outputs: [end!],
  };
  initializeWeights(result, seed);
  return result;
}

/**
 * A model that ends with one of its values, without the layers that the value does not need.
 *
 * @param path the value, or the output of a model inside that is to end with the next value of the path. Such
 * layers are changed
 */
function endedAt(model: KerasModel, [end, ...inside]: readonly Ref[]): KerasModel {
  let output = end!;
  if (inside.length > 0) {
    output.layer.model = endedAt(output.layer.model!, inside);
    output = { ...output, output: 0 };
  }
  const calls = callsOf(model);
  const needed = new Set<Call>();
  const open = [output];
  while (open.length > 0) {
    const ref = open.pop()!;
    const call = calls.get(ref.layer)?.get(ref.call);
    if (call === undefined || needed.has(call)) continue;
    needed.add(call);
    pushAll(open, call.inputs);
  }
  const kept = new Set([...needed, ...model.inputs].map(({ layer }) => layer));
  return {
    ...model,
    leftOut: undefined,
    lostOutputs: undefined,
    layers: model.layers.filter((layer) => kept.has(layer)),
    calls: model.calls.filter((call) => needed.has(call)),
    outputs: [output],
  };
}
