import { pushAll } from "../../base/extremes.ts";
import type { KerasShape } from "../../layers/define-layer.ts";
import type { TensorShapes } from "../lowering/list-weights.ts";
import { callsOf } from "../calls-of.ts";
import type { KerasModel, Layer, Ref } from "../model.ts";

/** Where the head of a model of Keras layers begins. */
export interface KerasFeature {
  /** The value: of the model itself, or the output of a model inside and then the value in there. */
  readonly path: readonly Ref[];
  readonly shape: KerasShape;
}

/** A value on the way back, and the layer that makes it: of an output of a model inside the one in there. */
interface Step extends KerasFeature {
  readonly layer: Layer;
}

type Shapes = ReadonlyMap<KerasModel, TensorShapes>;

/**
 * The last pooled or flattened value of a model, models inside included: the first one on the way to its first
 * output that is one row of numbers, and from which on all are. Of a model without, the output itself. Where a
 * convolution makes the classes, and nothing but pooling is behind it, what the convolution reads.
 *
 * @param isClassifier whether what comes out are numbers for classes
 */
export function kerasFeature(
  model: KerasModel,
  shapes: Shapes,
  isClassifier: boolean,
): KerasFeature {
  const way = wayBack(model, shapes, model.outputs[0]!);
  const isRow = (step: Step | undefined) => step?.shape.length === 2;
  let found = 0;
  while (isRow(way[0]) && isRow(way[found + 1])) found++;
  // A model that stays whole, or is wrapped, has weights too.
  const weighted = way.findIndex(({ layer }) => layer.weights.size > 0 || layer.model);
  const isBehind = weighted < (isRow(way[0]) ? found : 0);
  const isConvolution = way[weighted]?.layer.definition?.kind === "convolution";
  return (
    (isClassifier && isConvolution && !isBehind ? way[weighted + 1] : undefined) ?? way[found]!
  );
}

/**
 * The values from one back to the input, as long as each is made of one other, in models inside too. Models that
 * are called more than once stay whole.
 */
function wayBack(model: KerasModel, shapes: Shapes, from: Ref): Step[] {
  const way: Step[] = [];
  const read = shapes.get(model)!;
  const calls = callsOf(model);
  for (let at: Ref | undefined = from; at !== undefined;) {
    const ref: Ref = at;
    const { layer } = ref;
    const uses = calls.get(layer);
    const call = uses?.get(ref.call);
    const inner = layer.definition || uses?.size !== 1 ? undefined : layer.model;
    const own = { path: [ref], shape: read(ref) };
    if (inner === undefined) {
      way.push({ ...own, layer });
      at = call?.inputs.length === 1 ? call.inputs[0] : undefined;
      continue;
    }
    const inside = wayBack(inner, shapes, inner.outputs[ref.output]!);
    // Its own output is the one inside, and its input the one that it reads.
    way.push({ ...own, layer: inside[0]!.layer });
    const entry = inner.inputs.findIndex((input) => input.layer === inside.at(-1)!.layer);
    const values = inside.slice(1, entry < 0 ? undefined : -1);
    pushAll(
      way,
      values.map((value) => ({ ...value, path: [ref, ...value.path] })),
    );
    at = entry < 0 ? undefined : call?.inputs[entry];
  }
  return way;
}
