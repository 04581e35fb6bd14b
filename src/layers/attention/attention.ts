import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import type { GraphBuilder } from "../../graph/builder.ts";
import { type Argument, placesIn } from "../arguments.ts";
import {
  type KerasShape,
  type LowerContext,
  type SymbolicTensor,
  type WeightSpec,
  commonFields,
  defineLayer,
} from "../define-layer.ts";
import { knownLength, plainOrder, plainTensor } from "../symbolic.ts";

/** What a score loses where it must not count: Keras' own number. */
const minus = 1e9;

/**
 * Puts scores `(..., T, S)` out of the running where one of the masks is false.
 *
 * @param masks boolean values of shapes that broadcast against the scores
 */
export function maskScores(b: GraphBuilder, scores: string, masks: readonly string[]): string {
  if (masks.length === 0) return scores;
  const all = masks.reduce((mask, other) => b.op("And", [mask, other]));
  return b.op("Where", [all, scores, b.op("Sub", [scores, b.f32(minus)])]);
}

/** A boolean triangle `(T, S)`: step t may look at steps up to t. */
export function causalMask(b: GraphBuilder, scores: string): string {
  const lengths = b.op("Shape", [scores], { start: -2 });
  const ones = b.op("Expand", [b.f32(1), lengths]);
  return b.op("Cast", [b.op("Trilu", [ones], { upper: 0 })], { to: 9 });
}

/**
 * Dropout of attention weights `(N, ...lengths)` in training.
 *
 * @param lengths of the axes behind the batch
 */
export function dropScores(
  { b, config, inputs, random, training }: LowerContext<{ dropout: number }>,
  weights: string,
  lengths: readonly (number | null | undefined)[],
): string {
  if (!training || config.dropout === 0) return weights;
  if (lengths.some((length) => typeof length !== "number"))
    throw new StriateError("dropout of attention needs sequences of known length in training");
  const shape = [null, ...(lengths as number[])];
  return b.op("Mul", [weights, random("dropout", config.dropout, inputs[0]!, shape)]);
}

interface Config {
  use_scale: boolean;
  trainable: boolean;
  dropout: number;
}
type Score = (context: LowerContext<Config>, query: SymbolicTensor, key: SymbolicTensor) => string;

/** The list that these layers take: query, value, and key where it is another one. */
const parts = <T>(inputs: readonly T[]): [query: T, value: T, key: T] => [
  inputs[0]!,
  inputs[1]!,
  inputs[2] ?? inputs[1]!,
];

/** The layers that attend with one head and no projections: they differ by how they score. */
function lowerAttention<C extends Config>(context: LowerContext<C>, score: Score) {
  const { b, call, inputs, outputShapes, plain } = context;
  // Masks and options stand among the keywords; the rest is the list.
  const named = placesIn(call.kwargs);
  const [query, value, key] = parts(inputs.filter((_, i) => !named.includes(i)));
  const raw = score(context, query, key);
  const scores = maskScores(b, raw, [
    ...(value.mask === undefined ? [] : [b.op("Unsqueeze", [value.mask, b.i64([1])])]),
    ...(call.kwargs.use_causal_mask === true ? [causalMask(b, raw)] : []),
  ]);
  const softmax = b.op("Softmax", [scores], { axis: -1 });
  const weights = dropScores(context, softmax, [query.shape.at(-2), value.shape.at(-2)]);
  let result = b.op("MatMul", [weights, plain(value)]);
  if (query.mask !== undefined) {
    const kept = b.op("Cast", [query.mask], { to: 1 });
    result = b.op("Mul", [result, b.op("Unsqueeze", [kept, b.i64([2])])]);
  }
  const outputs = [{ ...plainTensor(result, outputShapes[0]!), mask: query.mask }];
  if (call.kwargs.return_attention_scores === true)
    outputs.push({ ...plainTensor(weights, outputShapes[1]!), mask: undefined });
  return outputs;
}

function attentionShapes(
  inputs: readonly KerasShape[],
  kwargs: Readonly<Record<string, Argument>>,
): KerasShape[] {
  const [query, value] = parts(inputs);
  const output = [...query.slice(0, -1), value.at(-1) ?? null];
  const scores = [...query.slice(0, -1), value.at(-2) ?? null];
  return kwargs.return_attention_scores === true ? [output, scores] : [output];
}

const scalar = (name: string, config: Config): WeightSpec => ({
  name,
  shape: [],
  trainable: config.trainable,
  initializer: "ones",
});

/** `tanh(query + key)` of each pair: `(N, T, 1, D)` and `(N, 1, S, D)`. */
function pairs({ b, plain }: LowerContext<Config>, query: SymbolicTensor, key: SymbolicTensor) {
  const rows = b.op("Unsqueeze", [plain(query), b.i64([-2])]);
  return b.op("Add", [rows, b.op("Unsqueeze", [plain(key), b.i64([-3])])]);
}

/**
 * Attention by dot products (Luong).
 *
 * Source: https://keras.io/api/layers/attention_layers/attention/
 */
export const attention = defineLayer({
  className: "Attention",
  kind: "attention",
  fields: {
    ...commonFields,
    use_scale: field.boolean(false),
    score_mode: field.choice(["dot", "concat"], "dot"),
    dropout: field.number(0, { min: 0, max: 1 }),
    seed: field.json(),
  },
  weights: (config) => [
    ...(config.use_scale ? [scalar("scale", config)] : []),
    ...(config.score_mode === "concat" ? [scalar("concat_score_weight", config)] : []),
  ],
  outputShape: (_, inputs, { kwargs }) => attentionShapes(inputs, kwargs),
  lower: (context) =>
    lowerAttention(context, (_, query, key) => {
      const { b, config, plain, weight } = context;
      if (config.score_mode === "dot") {
        // Of two axes, as Keras allows, the rows of the batch look at one another.
        const axes = plainOrder(key.shape.length);
        const perm = [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!];
        const turned = b.op("Transpose", [plain(key)], { perm });
        const scores = b.op("MatMul", [plain(query), turned]);
        return config.use_scale ? b.op("Mul", [scores, weight("scale")]) : scores;
      }
      let sum = pairs(context, query, key);
      if (config.use_scale) sum = b.op("Mul", [sum, weight("scale")]);
      const bent = b.op("ReduceSum", [b.op("Tanh", [sum]), b.i64([-1])], { keepdims: 0 });
      return b.op("Mul", [bent, weight("concat_score_weight")]);
    }),
});

/**
 * Attention by `sum(scale * tanh(query + key))` (Bahdanau).
 *
 * Source: https://keras.io/api/layers/attention_layers/additive_attention/
 */
export const additiveAttention = defineLayer({
  className: "AdditiveAttention",
  kind: "attention",
  fields: {
    ...commonFields,
    use_scale: field.boolean(true),
    dropout: field.number(0, { min: 0, max: 1 }),
    seed: field.json(),
  },
  weights: (config, [query]) =>
    config.use_scale
      ? [
          {
            name: "scale",
            shape: [knownLength(query!, -1)],
            trainable: config.trainable,
            initializer: "glorot_uniform",
          },
        ]
      : [],
  outputShape: (_, inputs, { kwargs }) => attentionShapes(inputs, kwargs),
  lower: (context) =>
    lowerAttention(context, (_, query, key) => {
      const { b, config, weight } = context;
      const bent = b.op("Tanh", [pairs(context, query, key)]);
      const scaled = config.use_scale ? b.op("Mul", [bent, weight("scale")]) : bent;
      return b.op("ReduceSum", [scaled, b.i64([-1])], { keepdims: 0 });
    }),
});
