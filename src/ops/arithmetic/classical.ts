import { sizeOf } from "../../base/shape.ts";
import type { DataType } from "../../base/tensor.ts";
import type { ValueType } from "../../graph/graph.ts";
import { attr, defineOp, type OpDefinition, type ShapeContext } from "../define-op.ts";
import { sameShape } from "./elementwise.ts";
import { mixesAll, pointwise } from "../facts/pointwise.ts";

// Classical learners that scikit-learn and ML.NET put behind features: types and shapes, so that labels of
// text are told from scores. https://onnx.ai/onnx/operators/index.html#ai-onnx-ml

const domain = "ai.onnx.ml";

type Context<A> = ShapeContext<A>;
interface Classes {
  classlabels_strings: readonly string[] | undefined;
  classlabels_ints: readonly number[] | undefined;
  classlabels_int64s: readonly number[] | undefined;
}

const classAttributes = {
  classlabels_strings: attr.strings(),
  classlabels_ints: attr.ints(),
  classlabels_int64s: attr.ints(),
};

const batchOf = ({ shape }: Context<unknown>) => [shape(0)?.[0] ?? null];

/** The label of each row, and a score for each class. */
function labelAndScores(context: Context<Classes>): ValueType[] {
  const { classlabels_strings: texts = [], ...numbers } = context.attributes;
  const labels = numbers.classlabels_int64s ?? numbers.classlabels_ints ?? [];
  const count = Math.max(texts.length, labels.length);
  const batch = batchOf(context);
  return [
    { type: texts.length > 0 ? "string" : "int64", shape: batch },
    { type: "float32", shape: [...batch, count > 0 ? count : null] },
  ];
}

const classifiers = ["LinearClassifier", "SVMClassifier", "TreeEnsembleClassifier"].map((type) =>
  defineOp({
    type,
    domain,
    ...mixesAll,
    role: "dense",
    attributes: { ...classAttributes, coefficients: attr.floats() },
    shape: labelAndScores,
    gradient: "unsupported",
    multiplyAdds: ({ attributes }) => attributes.coefficients?.length ?? 0,
  }),
);

/** What a table of labels gives for what it is asked. */
function typeOfTable(context: Context<Record<string, unknown>>): DataType {
  const { attributes, type } = context;
  const isGiven = (name: string) => ((attributes[name] as readonly unknown[]) ?? []).length > 0;
  if (isGiven("values_strings")) return "string";
  if (isGiven("values_int64s")) return "int64";
  if (isGiven("values_floats")) return "float32";
  // The first version has names alone, and goes both ways.
  return type(0) === "string" ? "int64" : "string";
}

const tables = ["LabelEncoder", "CategoryMapper"].map((type) =>
  defineOp({
    type,
    domain,
    ...pointwise,
    role: "notation",
    attributes: {
      values_strings: attr.strings(),
      values_int64s: attr.ints(),
      values_floats: attr.floats(),
    },
    shape: (context) => [{ type: typeOfTable(context), shape: context.shape(0) }],
    gradient: "zero",
  }),
);

export const classicalOps: readonly OpDefinition[] = [
  ...classifiers,
  ...tables,
  // Each row divided by its sum, its largest or its length
  defineOp({
    type: "Normalizer",
    domain,
    ...mixesAll,
    role: "normalization",
    attributes: { norm: attr.string("MAX") },
    shape: (context) => [{ type: "float32", shape: context.shape(0) }],
    gradient: "unsupported",
  }),
  // (x - offset) * scale
  defineOp({
    type: "Scaler",
    domain,
    ...pointwise,
    role: "arithmetic",
    attributes: { offset: attr.floats(), scale: attr.floats() },
    shape: (context) => [{ type: "float32", shape: context.shape(0) }],
    gradient: "unsupported",
  }),
  // The elements of the last axis at some places
  defineOp({
    type: "ArrayFeatureExtractor",
    domain,
    ...mixesAll,
    role: "lookup",
    shape({ shape, type }) {
      const [x, places] = [shape(0), shape(1)];
      const count = places?.every((length) => typeof length === "number")
        ? sizeOf(places as readonly number[])
        : null;
      // Of one row there is still one.
      return [{ type: type(0), shape: x && [...(x.length > 1 ? x.slice(0, -1) : [1]), count] }];
    },
    gradient: "unsupported",
  }),
  defineOp({
    type: "Binarizer",
    domain,
    ...pointwise,
    role: "arithmetic",
    attributes: { threshold: attr.float(0) },
    shape: sameShape,
    gradient: "zero",
  }),
];
