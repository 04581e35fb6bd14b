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
import { trainedWeight } from "../fields/kernel-fields.ts";
import { knownLength, plainTensor } from "../symbolic.ts";
import { constraintField, initializerField, regularizerField } from "../fields/trained-fields.ts";

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
  num_heads: number;
  key_dim: number;
  value_dim: number | null;
  use_bias: boolean;
  output_shape: unknown;
  activity_regularizer: unknown;
}

function outputFeatures({ output_shape: wanted }: Config, query: KerasShape): number[] {
  if (wanted === null) return [knownLength(query, -1)];
  return (Array.isArray(wanted) ? wanted : [wanted]) as number[];
}

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
    ...commonFields,
    num_heads: field.int(undefined, { min: 1 }),
    key_dim: field.int(undefined, { min: 1 }),
    value_dim: field.nullable(field.int(undefined, { min: 1 })),
    dropout: field.number(0, { min: 0, max: 1 }),
    use_bias: field.boolean(true),
    use_gate: field.boolean(false),
    output_shape: field.json(),
    attention_axes: field.json(),
    sliding_window: field.json(),
    kernel_initializer: initializerField("glorot_uniform"),
    bias_initializer: initializerField("zeros"),
    kernel_regularizer: regularizerField(),
    bias_regularizer: regularizerField(),
    activity_regularizer: regularizerField(),
    kernel_constraint: constraintField(),
    bias_constraint: constraintField(),
    seed: field.json(),
  },
  weights(config, inputs, call = { kwargs: {} }) {
    if (config.use_gate || config.sliding_window !== null)
      throw new StriateError("gates and sliding windows of attention are not supported");
    const { num_heads: heads, key_dim } = config;
    const value_dim = config.value_dim ?? key_dim;
    const { query, value, key } = parts(inputs, call);
    const dense = (name: string, features: number, width: number) => {
      const layout = { holder: `${name}_dense` };
      const kernel = { ...layout, key: "kernel" };
      const bias = { ...layout, key: "bias" };
      return [
        trainedWeight(`${name}/kernel`, [features, heads, width], config, kernel),
        ...(config.use_bias ? [trainedWeight(`${name}/bias`, [heads, width], config, bias)] : []),
      ];
    };
    const output = outputFeatures(config, query);
    const layout = { holder: "output_dense" };
    return [
      ...dense("query", knownLength(query, -1), key_dim),
      ...dense("key", knownLength(key, -1), key_dim),
      ...dense("value", knownLength(value, -1), value_dim),
      trainedWeight("output/kernel", [heads, value_dim, ...output], config, {
        ...layout,
        key: "kernel",
      }),
      ...(config.use_bias
        ? [trainedWeight("output/bias", output, config, { ...layout, key: "bias" })]
        : []),
    ];
  },
  // Keras hands it to the four projections.
  activityRegularizer: () => null,
  outputShape(config, inputs, call) {
    const { query, value, bound } = parts(inputs, call);
    const output = [...query.slice(0, -1), ...outputFeatures(config, query)];
    const between = [...query.slice(1, -1), ...value.slice(1, -1)];
    const scores = [query[0] ?? null, config.num_heads, ...between];
    return bound.return_attention_scores === true ? [output, scores] : [output];
  },
  lower(context) {
    const { b, call, config, inputs, outputShapes } = context;
    checkAxes(config.attention_axes, inputs[0]!.shape);
    const { query, value, key } = parts(inputs, call);
    const { num_heads: heads, key_dim } = config;
    const value_dim = config.value_dim ?? key_dim;
    const project = (x: SymbolicTensor, name: string, width: number) =>
      splitHeads(context, x, name, heads, width);
    const queries = b.op("Mul", [project(query, "query", key_dim), b.f32(key_dim ** -0.5)]);
    const keys = b.op("Transpose", [project(key, "key", key_dim)], { perm: [0, 1, 3, 2] });
    const raw = b.op("MatMul", [queries, keys]);
    const scores = maskScores(b, raw, masksOf(context, raw));
    const weights = b.op("Softmax", [scores], { axis: -1 });
    const steps = (shape: KerasShape) =>
      shape.slice(1, -1).reduce((product: number, _, i) => product * knownLength(shape, i + 1), 1);
    const dropped =
      context.training && config.dropout > 0
        ? dropScores(context, weights, [heads, steps(query.shape), steps(value.shape)])
        : weights;
    const seen = b.op("MatMul", [dropped, project(value, "value", value_dim)]);
    const joined = b.op("Reshape", [
      b.op("Transpose", [seen], { perm: [0, 2, 1, 3] }),
      b.i64([0, -1, heads * value_dim]),
    ]);
    const output = outputFeatures(config, query.shape);
    const kernel = b.op("Reshape", [
      context.weight("output/kernel"),
      b.i64([heads * value_dim, sizeOf(output)]),
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
  },
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
