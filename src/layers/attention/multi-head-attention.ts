import { checkedLength } from "../../base/checked-length.ts";
import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import { formatShape, sizeOf } from "../../base/shape.ts";
import { type Argument, bindArguments, isTensorArgument } from "../arguments.ts";
import type { CallArguments } from "../arguments.ts";
import { causalMask, dropScores, maskScores } from "./attention.ts";
import {
  type KerasShape,
  type LowerContext,
  type SymbolicTensor,
  commonFields,
  defineLayer,
} from "../define-layer.ts";
import { projectionFields, trainedWeight } from "../fields/kernel-fields.ts";
import { knownLength, plainTensor } from "../symbolic.ts";

const parameters = [
  "query",
  "value",
  "key",
  "query_mask",
  "value_mask",
  "key_mask",
  "attention_mask",
];

/** The places of query, value and key among the inputs; the key is the value where it is not given. */
function parts<T>(inputs: readonly T[], call: CallArguments) {
  const bound = bindArguments(parameters, call, inputs.length);
  const at = (name: string): T | undefined => {
    const argument: Argument | undefined = bound[name];
    return isTensorArgument(argument) ? inputs[argument.$input] : undefined;
  };
  const query = at("query") ?? inputs[0]!;
  const value = at("value") ?? query;
  return { query, value, key: at("key") ?? value, bound };
}

interface Config {
  use_bias: boolean;
  activity_regularizer: unknown;
}

/** How many heads there are, and how long their vectors. */
interface Heads {
  heads: number;
  /** Of keys and values, where several heads of the query share one. */
  keyHeads: number;
  keyWidth: number;
  valueWidth: number;
  /** Axes of the output in the place of the features; the query's where it is null. */
  output: readonly number[] | null;
}

const outputFeatures = ({ output }: Heads, query: KerasShape): readonly number[] =>
  output ?? [knownLength(query, -1)];

const sharedFields = {
  ...commonFields,
  dropout: field.number(0, { min: 0, max: 1 }),
  ...projectionFields,
  use_gate: field.boolean(false),
  sliding_window: field.json(),
  seed: field.json(),
};

/** The projections' weights; `place` is what stands before the name of their layers. */
function weightsOf(
  config: Config &
    Parameters<typeof trainedWeight>[2] & { use_gate: boolean; sliding_window: unknown },
  sizes: Heads,
  inputs: readonly KerasShape[],
  call: CallArguments,
  place = "",
) {
  if (config.use_gate || config.sliding_window !== null)
    throw new StriateError("gates and sliding windows of attention are not supported");
  const { heads, keyHeads, keyWidth, valueWidth } = sizes;
  const { query, value, key } = parts(inputs, call);
  const biased = (name: string, kernel: readonly number[], bias: readonly number[]) => {
    const holder = `${place}${name}_dense`;
    return [
      trainedWeight(`${name}/kernel`, kernel, config, { holder, key: "kernel" }),
      ...(config.use_bias
        ? [trainedWeight(`${name}/bias`, bias, config, { holder, key: "bias" })]
        : []),
    ];
  };
  const dense = (name: string, x: KerasShape, count: number, width: number) =>
    biased(name, [knownLength(x, -1), count, width], [count, width]);
  const output = outputFeatures(sizes, query);
  return [
    ...dense("query", query, heads, keyWidth),
    ...dense("key", key, keyHeads, keyWidth),
    ...dense("value", value, keyHeads, valueWidth),
    ...biased("output", [heads, valueWidth, ...output], output),
  ];
}

function shapesOf(sizes: Heads, inputs: readonly KerasShape[], call: CallArguments) {
  const { query, value, bound } = parts(inputs, call);
  const output = [...query.slice(0, -1), ...outputFeatures(sizes, query)];
  const between = [...query.slice(1, -1), ...value.slice(1, -1)];
  const scores = [query[0] ?? null, sizes.heads, ...between];
  return bound.return_attention_scores === true ? [output, scores] : [output];
}

function attend(context: LowerContext<Config & { dropout: number }>, sizes: Heads) {
  const { b, call, config, inputs, outputShapes } = context;
  const { query, value, key } = parts(inputs, call);
  const { heads, keyHeads, keyWidth, valueWidth } = sizes;
  const project = (x: SymbolicTensor, name: string, width: number, count: number) =>
    repeatHeads(context, splitHeads(context, x, name, count, width), count, heads / count);
  const raised = project(query, "query", keyWidth, heads);
  const queries = b.op("Mul", [raised, b.f32(keyWidth ** -0.5)]);
  const keys = b.op("Transpose", [project(key, "key", keyWidth, keyHeads)], {
    perm: [0, 1, 3, 2],
  });
  const raw = b.op("MatMul", [queries, keys]);
  const scores = maskScores(b, raw, masksOf(context, raw));
  const weights = b.op("Softmax", [scores], { axis: -1 });
  const steps = (shape: KerasShape) =>
    shape.slice(1, -1).reduce((product: number, _, i) => product * knownLength(shape, i + 1), 1);
  const dropped =
    context.training && config.dropout > 0
      ? dropScores(context, weights, [heads, steps(query.shape), steps(value.shape)])
      : weights;
  const seen = b.op("MatMul", [dropped, project(value, "value", valueWidth, keyHeads)]);
  const joined = b.op("Reshape", [
    b.op("Transpose", [seen], { perm: [0, 2, 1, 3] }),
    b.i64([0, -1, heads * valueWidth]),
  ]);
  const output = outputFeatures(sizes, query.shape);
  const kernel = b.op("Reshape", [
    context.weight("output/kernel"),
    b.i64([heads * valueWidth, sizeOf(output)]),
  ]);
  let result = b.op("MatMul", [joined, kernel]);
  if (config.use_bias)
    result = b.op("Add", [result, b.op("Reshape", [context.weight("output/bias"), b.i64([-1])])]);
  context.penalize(plainTensor(result, [null, null, null]), config.activity_regularizer);
  const unfold = (flat: string, shape: KerasShape) =>
    shape.length === 3 ? flat : b.op("Reshape", [flat, b.i64(knownTarget(shape))]);
  const outputs: SymbolicTensor[] = [
    {
      ...plainTensor(unfold(result, outputShapes[0]!), outputShapes[0]!),
      mask: query.mask,
    },
  ];
  if (outputShapes[1]) {
    const shape = outputShapes[1];
    const wide =
      shape.length === 4 ? weights : b.op("Reshape", [weights, b.i64(knownTarget(shape))]);
    outputs.push(plainTensor(wide, shape));
  }
  return outputs;
}

/** `(N, count, steps, width)`, each head `times` times in a row. */
function repeatHeads(
  { b }: Pick<LowerContext<Config>, "b">,
  x: string,
  count: number,
  times: number,
): string {
  if (times === 1) return x;
  if (!Number.isInteger(times))
    throw new StriateError("its heads of the query do not divide among those of keys and values");
  const places = Array.from({ length: checkedLength(count * times, "heads") }, (_, i) =>
    Math.floor(i / times),
  );
  return b.op("Gather", [x, b.i64(places)], { axis: 1 });
}

interface MultiHeadConfig {
  num_heads: number;
  key_dim: number;
  value_dim: number | null;
  output_shape: unknown;
}

const headsOf = (config: MultiHeadConfig): Heads => ({
  heads: config.num_heads,
  keyHeads: config.num_heads,
  keyWidth: config.key_dim,
  valueWidth: config.value_dim ?? config.key_dim,
  output: config.output_shape === null ? null : ([config.output_shape].flat() as number[]),
});

/**
 * Several heads that attend side by side, each with projections of its own.
 *
 * Query `(N, T, D)`, value and key `(N, S, ...)`; the axes between batch and features may be several,
 * which are then attended to as one.
 *
 * Source: Vaswani et al. 2017, https://arxiv.org/abs/1706.03762;
 * https://keras.io/api/layers/attention_layers/multi_head_attention/
 */
export const multiHeadAttention = defineLayer({
  className: "MultiHeadAttention",
  kind: "attention",
  fields: {
    ...sharedFields,
    num_heads: field.int(undefined, { min: 1 }),
    key_dim: field.int(undefined, { min: 1 }),
    value_dim: field.nullable(field.int(undefined, { min: 1 })),
    output_shape: field.json(),
    attention_axes: field.json(),
  },
  weights: (config, inputs, call = { kwargs: {} }) =>
    weightsOf(config, headsOf(config), inputs, call),
  // Keras hands it to the four projections.
  activityRegularizer: () => null,
  outputShape: (config, inputs, call) => shapesOf(headsOf(config), inputs, call),
  lower(context) {
    checkAxes(context.config.attention_axes, context.inputs[0]!.shape);
    return attend(context, headsOf(context.config));
  },
});

const groupsOf = (config: {
  head_dim: number;
  num_query_heads: number;
  num_key_value_heads: number;
}): Heads => ({
  heads: config.num_query_heads,
  keyHeads: config.num_key_value_heads,
  keyWidth: config.head_dim,
  valueWidth: config.head_dim,
  output: null,
});

/**
 * Heads of the query in groups that share keys and values. Query `(N, T, D)`, value and key `(N, S, ...)`.
 *
 * Source: Ainslie et al. 2023, https://arxiv.org/abs/2305.13245;
 * https://keras.io/api/layers/attention_layers/group_query_attention/
 */
export const groupQueryAttention = defineLayer({
  className: "GroupQueryAttention",
  pythonClass: "GroupedQueryAttention",
  kind: "attention",
  fields: {
    ...sharedFields,
    head_dim: field.int(undefined, { min: 1 }),
    num_query_heads: field.int(undefined, { min: 1 }),
    num_key_value_heads: field.int(undefined, { min: 1 }),
  },
  weights: (config, inputs, call = { kwargs: {} }) =>
    weightsOf(config, groupsOf(config), inputs, call, "_"),
  activityRegularizer: () => null,
  outputShape: (config, inputs, call) => shapesOf(groupsOf(config), inputs, call),
  lower: (context) => attend(context, groupsOf(context.config)),
});

/** Every mask of the call, as a value that broadcasts against the scores `(N, heads, T, S)`. */
function masksOf(context: LowerContext<Config>, scores: string): string[] {
  const { b, call, inputs, plain } = context;
  const { query, value, key, bound } = parts(inputs, call);
  const named = (name: string, x?: SymbolicTensor): string | undefined => {
    const argument = bound[name];
    return isTensorArgument(argument) ? plain(inputs[argument.$input]!) : x?.mask;
  };
  const wide = (mask: string | undefined, axes: number[]): string[] =>
    mask === undefined ? [] : [b.op("Unsqueeze", [mask, b.i64(axes)])];
  const own = bound.attention_mask;
  const given = isTensorArgument(own) ? inputs[own.$input] : undefined;
  const whole =
    given === undefined
      ? []
      : wide(
          b.op("Cast", [plain(given)], { to: 9 }),
          Array.from({ length: 4 - given.shape.length }, (_, i) => i + 1),
        );
  return [
    ...wide(named("query_mask", query), [1, 3]),
    ...wide(named("value_mask", value), [1, 2]),
    // A key of its own has a mask of its own.
    ...wide(named("key_mask", key === value ? undefined : key), [1, 2]),
    ...whole,
    ...(bound.use_causal_mask === true ? [causalMask(b, scores)] : []),
  ];
}

const knownTarget = (shape: KerasShape): number[] => [
  0,
  ...shape.slice(1).map((_, i) => knownLength(shape, i + 1)),
];

/** Attention over some of the axes between batch and features only is not written. */
function checkAxes(axes: unknown, query: KerasShape): void {
  if (axes === null) return;
  const between = query.slice(1, -1).map((_, i) => i + 1);
  const given = (Array.isArray(axes) ? (axes as number[]) : [axes as number]).map((axis) =>
    axis < 0 ? axis + query.length : axis,
  );
  if (between.some((axis) => !given.includes(axis)))
    throw new StriateError(
      `attention_axes ${JSON.stringify(axes)} of an input ${formatShape(query)}: only attention over all axes between batch and features is supported`,
    );
}

/** Projects `(N, ..., D)` and cuts it into heads `(N, heads, steps, width)`. */
function splitHeads(
  { b, config, plain, penalize, weight }: LowerContext<Config>,
  x: SymbolicTensor,
  name: string,
  heads: number,
  width: number,
): string {
  const features = knownLength(x.shape, -1);
  const steps =
    x.shape.length === 3 ? plain(x) : b.op("Reshape", [plain(x), b.i64([0, -1, features])]);
  const kernel = b.op("Reshape", [weight(`${name}/kernel`), b.i64([features, heads * width])]);
  let value = b.op("MatMul", [steps, kernel]);
  if (config.use_bias)
    value = b.op("Add", [value, b.op("Reshape", [weight(`${name}/bias`), b.i64([-1])])]);
  penalize(plainTensor(value, [null, null, null]), config.activity_regularizer);
  const cut = b.op("Reshape", [value, b.i64([0, -1, heads, width])]);
  return b.op("Transpose", [cut], { perm: [0, 2, 1, 3] });
}
