import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import { type KerasShape, type LowerContext, commonFields, defineLayer } from "../define-layer.ts";
import {
  type InnerLayer,
  convertInner,
  innerLayer,
  innerShapes,
  innerWeights,
  lowerInner,
} from "../core/inner-layer.ts";
import { knownLength, plainTensor } from "../symbolic.ts";

/** The inner layer; undefined where the wrapper holds a whole model, which the lowering knows. */
function innerOf(config: { layer: unknown }): InnerLayer | undefined {
  const record = config.layer as { config?: { layers?: unknown } | unknown[] } | null;
  const inside = record?.config;
  return Array.isArray(inside) || Array.isArray(inside?.layers)
    ? undefined
    : innerLayer(config.layer);
}

/** The shape of one step: the batch stays, the second axis goes. */
const stepShape = (input: KerasShape): KerasShape => [null, ...input.slice(2)];

/**
 * A layer (or a whole model) applied to each step of a sequence `(N, T, ...)`: the steps stand in the
 * batch while it works.
 *
 * Source: https://keras.io/api/layers/recurrent_layers/time_distributed/
 */
export const timeDistributed = defineLayer({
  className: "TimeDistributed",
  kind: "wrapper",
  fields: { ...commonFields, layer: field.json() },
  fromKeras1: (config) => convertInner(config, "layer", "fromKeras1"),
  fromKeras2: (config) => convertInner(config, "layer", "fromKeras2"),
  weights(config, [input]) {
    const inner = innerOf(config);
    return inner ? innerWeights(inner, [stepShape(input!)], "", "layer") : [];
  },
  convertWeights(arrays, config, origin) {
    const inner = innerOf(config);
    return inner?.definition.convertWeights?.(arrays, inner.config, origin) ?? arrays;
  },
  outputShape(config, [input], _call, made) {
    const inner = innerOf(config);
    const [shape] = inner ? innerShapes(inner, [stepShape(input!)]) : (made ?? [[]]);
    return [input![0] ?? null, input![1] ?? null, ...shape!.slice(1)];
  },
  lower(context) {
    const { b, config, inputs, plain } = context;
    const x = inputs[0]!;
    const shape = stepShape(x.shape);
    const lengths = shape.slice(1).map((_, i) => knownLength(shape, i + 1));
    const value = plain(x);
    const steps = plainTensor(b.op("Reshape", [value, b.i64([-1, ...lengths])]), shape, x.type);
    const inner = innerOf(config);
    const [y] = context.withSteps(x.shape[1] ?? null, () =>
      inner ? lowerInner(context, inner, [steps], "") : lowerModelInside(context, steps),
    );
    const rest = y!.shape.slice(1).map((_, i) => knownLength(y!.shape, i + 1));
    const sequence = b.op("Shape", [value], { start: 0, end: 2 });
    const target = b.op("Concat", [sequence, b.i64(rest)], { axis: 0 });
    const back = b.op("Reshape", [plain(y!), target]);
    const output = plainTensor(back, [x.shape[0] ?? null, x.shape[1] ?? null, ...rest], y!.type);
    return { ...output, mask: x.mask };
  },
});

function lowerModelInside(
  { lowerModel }: LowerContext<unknown>,
  steps: Parameters<NonNullable<LowerContext<unknown>["lowerModel"]>>[0][number],
) {
  if (lowerModel === undefined) throw new StriateError("the model that it holds was not read");
  return lowerModel([steps]);
}
