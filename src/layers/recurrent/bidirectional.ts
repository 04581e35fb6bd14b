import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import { positionalInputs } from "../arguments.ts";
import {
  type KerasShape,
  type SymbolicTensor,
  type WeightOrigin,
  commonFields,
  defineLayer,
} from "../define-layer.ts";
import {
  type InnerLayer,
  convertInner,
  innerLayer,
  innerShapes,
  innerWeights,
  lowerInner,
} from "../core/inner-layer.ts";
import { graphAxis } from "../symbolic.ts";
import type { SequenceConfig } from "./fields.ts";

const mergeModes = ["concat", "sum", "mul", "ave"] as const;
type MergeMode = (typeof mergeModes)[number];

/** The two walks: the layer as it is, and the one that starts at the other end. */
function walks(config: { layer: unknown; backward_layer: unknown }): [InnerLayer, InnerLayer] {
  const forward = innerLayer(config.layer);
  if (config.backward_layer !== null)
    return [forward, innerLayer(config.backward_layer, "backward layer")];
  const goes = (forward.config as unknown as SequenceConfig).go_backwards;
  return [forward, { ...forward, config: { ...forward.config, go_backwards: !goes } as never }];
}

const sequence = (inner: InnerLayer) => inner.config as unknown as SequenceConfig;

/**
 * A recurrent layer that walks a sequence from both ends. With `return_sequences` the outputs of the
 * backward walk are turned around, so that step t of both belongs together.
 *
 * Source: https://keras.io/api/layers/recurrent_layers/bidirectional/
 */
export const bidirectional = defineLayer({
  className: "Bidirectional",
  kind: "recurrent",
  fields: {
    ...commonFields,
    layer: field.json(),
    backward_layer: field.json(),
    merge_mode: field.nullable(field.choice(mergeModes, "concat")),
  },
  fromKeras1: (config) => convertInner(config, "layer", "fromKeras1"),
  fromKeras2: (config) =>
    convertInner(convertInner(config, "layer", "fromKeras2"), "backward_layer", "fromKeras2"),
  weights(config, [input]) {
    const [forward, backward] = walks(config);
    return [
      ...innerWeights(forward, [input!], "forward/", "forward_layer"),
      ...innerWeights(backward, [input!], "backward/", "backward_layer"),
    ];
  },
  convertWeights(arrays, config, origin: WeightOrigin) {
    const half = arrays.length / 2;
    return walks(config).flatMap(({ definition, config: own }, i) => {
      const part = arrays.slice(i * half, (i + 1) * half);
      return definition.convertWeights?.(part, own, origin) ?? part;
    });
  },
  outputShape(config, [input]) {
    const [forward, backward] = walks(config).map((walk) => innerShapes(walk, [input!]));
    const [output, ...states] = forward!;
    const all = [...states, ...backward!.slice(1)];
    if (config.merge_mode === null) return [output!, backward![0]!, ...all];
    return [merged(output!, backward![0]!, config.merge_mode), ...all];
  },
  lower(context) {
    const { b, config, inputs } = context;
    const x = inputs[0]!;
    const [forward, backward] = walks(config);
    if (
      positionalInputs(context.call, inputs.length).length > 1 ||
      context.call.kwargs.initial_state
    )
      throw new StriateError("initial states of a Bidirectional layer are not supported");
    const [ahead, ...statesAhead] = lowerInner(context, forward, [x], "forward/");
    const [behind, ...statesBehind] = lowerInner(context, backward, [x], "backward/");
    const priced = (inner: InnerLayer) =>
      (inner.config as { activity_regularizer?: unknown }).activity_regularizer;
    for (const value of [ahead!, ...statesAhead]) context.penalize(value, priced(forward));
    for (const value of [behind!, ...statesBehind]) context.penalize(value, priced(backward));
    const second = sequence(backward).return_sequences
      ? { ...behind!, value: reverseSteps(context.b, behind!) }
      : behind!;
    const states = [...statesAhead, ...statesBehind];
    if (config.merge_mode === null) return [ahead!, second, ...states];
    const values = [ahead!.value, context.arrange(second, ahead!.order)];
    const merge: Record<MergeMode, () => string> = {
      concat: () => b.op("Concat", values, { axis: graphAxis(ahead!, -1) }),
      sum: () => b.op("Add", values),
      mul: () => b.op("Mul", values),
      ave: () => b.op("Mul", [b.op("Add", values), b.f32(0.5)]),
    };
    const shape = merged(ahead!.shape, second.shape, config.merge_mode);
    return [{ ...ahead!, value: merge[config.merge_mode](), shape }, ...states];
  },
});

function merged(a: KerasShape, c: KerasShape, mode: MergeMode): KerasShape {
  return mode === "concat" ? [...a.slice(0, -1), (a.at(-1) ?? 0) + (c.at(-1) ?? 0)] : a;
}

/** The steps (Keras' second axis, wherever it lies) from the last to the first. */
function reverseSteps(b: Parameters<typeof lowerInner>[0]["b"], x: SymbolicTensor): string {
  const ends = [b.i64([-1]), b.i64([-(2 ** 31)]), b.i64([graphAxis(x, 1)]), b.i64([-1])];
  return b.op("Slice", [x.value, ...ends]);
}
