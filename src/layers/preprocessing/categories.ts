import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import type { GraphBuilder } from "../../graph/builder.ts";
import { type KerasShape, type LowerContext, commonFields, defineLayer } from "../define-layer.ts";
import { flattenNumbers, numbersField } from "../fields/numbers-field.ts";
import { plainTensor } from "../symbolic.ts";

const modes = ["int", "one_hot", "multi_hot", "count"] as const;
type Mode = (typeof modes)[number];

/** What each number becomes: itself, or a vector of `depth`, of each or of all along the last axis. */
function encodedShape(shape: KerasShape, mode: Mode, depth: number): KerasShape {
  if (mode === "int") return shape;
  const isOne = shape.length > 1 && shape.at(-1) === 1;
  const keeps = mode === "one_hot" ? !isOne : shape.length < 2;
  return [...(keeps ? shape : shape.slice(0, -1)), depth];
}

/** Whole numbers `(N, ...)` as their codes. */
function encode(
  { b, outputShapes }: Pick<LowerContext<unknown>, "b" | "outputShapes">,
  numbers: string,
  shape: KerasShape,
  mode: Mode,
  depth: number,
) {
  const [made] = outputShapes as [KerasShape];
  const float = (value: string) => b.op("Cast", [value], { to: 1 });
  if (mode === "int") return plainTensor(float(numbers), made);
  const vectors = b.op("OneHot", [numbers, b.i64(depth), b.f32([0, 1])], { axis: -1 });
  if (made.length === shape.length + 1) return plainTensor(vectors, made);
  const reduce = mode === "count" ? "ReduceSum" : "ReduceMax";
  return plainTensor(b.op(reduce, [vectors, b.i64([-2])], { keepdims: 0 }), made);
}

const whole = (b: GraphBuilder, value: string) => b.op("Cast", [value], { to: 7 });

/**
 * Whole numbers as vectors: one for each (`one_hot`), or one for all of an example (`multi_hot`, `count`).
 *
 * Source: https://keras.io/api/layers/preprocessing_layers/categorical/category_encoding/
 */
export const categoryEncoding = defineLayer({
  className: "CategoryEncoding",
  kind: "preprocessing",
  fields: {
    ...commonFields,
    num_tokens: field.int(undefined, { min: 1 }),
    output_mode: field.choice(modes, "multi_hot"),
    sparse: field.boolean(false),
  },
  outputShape: (config, [input]) => encodedShape(input!, config.output_mode, config.num_tokens),
  lower(context) {
    const { b, config, inputs, plain } = context;
    const x = inputs[0]!;
    return encode(context, whole(b, plain(x)), x.shape, config.output_mode, config.num_tokens);
  },
});

/**
 * The number of the bin that each value is in: as many as there are boundaries that it has reached.
 *
 * Source: https://keras.io/api/layers/preprocessing_layers/numerical/discretization/
 */
export const discretization = defineLayer({
  className: "Discretization",
  kind: "preprocessing",
  fields: {
    ...commonFields,
    bin_boundaries: numbersField(),
    num_bins: field.json(),
    epsilon: field.number(0.01),
    output_mode: field.choice(modes, "int"),
    sparse: field.boolean(false),
  },
  outputShape: (config, [input]) =>
    encodedShape(
      input!,
      config.output_mode,
      flattenNumbers(config.bin_boundaries ?? []).length + 1,
    ),
  lower(context) {
    const { b, config, inputs, plain } = context;
    const x = inputs[0]!;
    if (config.bin_boundaries === null)
      throw new StriateError("the file does not say where its bins end");
    const ends = flattenNumbers(config.bin_boundaries);
    const wide = b.op("Unsqueeze", [plain(x), b.i64([-1])]);
    const reached = b.op("GreaterOrEqual", [wide, b.f32(ends)]);
    const bins = b.op("ReduceSum", [whole(b, reached), b.i64([-1])], { keepdims: 0 });
    return encode(context, bins, x.shape, config.output_mode, ends.length + 1);
  },
});

/**
 * Whole numbers as their places in a vocabulary; what is not in it has the place before the first.
 *
 * Source: https://keras.io/api/layers/preprocessing_layers/categorical/integer_lookup/
 */
export const integerLookup = defineLayer({
  className: "IntegerLookup",
  kind: "preprocessing",
  fields: {
    ...commonFields,
    vocabulary: numbersField(),
    vocabulary_dtype: field.string("int64"),
    vocabulary_size: field.json(),
    idf_weights: field.json(),
    oov_method: field.json("floormod"),
    salt: field.json(),
    max_tokens: field.json(),
    num_oov_indices: field.int(1, { min: 0 }),
    mask_token: field.json(),
    oov_token: field.json(-1),
    invert: field.boolean(false),
    output_mode: field.choice(modes, "int"),
    pad_to_max_tokens: field.boolean(false),
    sparse: field.boolean(false),
  },
  outputShape: (config, [input]) =>
    encodedShape(input!, config.output_mode, vocabularyOf(config).depth),
  lower(context) {
    const { b, config, inputs, plain } = context;
    const x = inputs[0]!;
    const { words, depth } = vocabularyOf(config);
    const wide = b.op("Unsqueeze", [whole(b, plain(x)), b.i64([-1])]);
    const hits = whole(b, b.op("Equal", [wide, b.i64(words)]));
    const places = b.i64(words.map((_, i) => i + 1));
    const numbers = b.op("ReduceSum", [b.op("Mul", [hits, places]), b.i64([-1])], { keepdims: 0 });
    return encode(context, numbers, x.shape, config.output_mode, depth);
  },
});

/** The words, and how many places there are: one more, for all other numbers. */
function vocabularyOf(config: {
  vocabulary: Parameters<typeof flattenNumbers>[0] | null;
  num_oov_indices: number;
  mask_token: unknown;
  invert: boolean;
  pad_to_max_tokens: boolean;
  output_mode: Mode;
}) {
  const { vocabulary, num_oov_indices: oov } = config;
  const hasMask = config.mask_token !== null && config.mask_token !== undefined;
  if (vocabulary === null || config.invert || oov !== 1 || hasMask || config.pad_to_max_tokens)
    throw new StriateError(
      "only a vocabulary that the configuration lists, with one place for all other numbers, is supported",
    );
  const words = flattenNumbers(vocabulary);
  return { words, depth: words.length + 1 };
}
