import { StriateError } from "../../base/errors.ts";
import type { DataType, Tensor } from "../../base/tensor.ts";
import { float32, int64, tensor } from "../../base/tensor.ts";
import { typeOfCode } from "../../graph/protobuf/types.ts";
import type { Dim, ValueType } from "../../graph/graph.ts";
import { attr, defineOp, type OpDefinition, type ShapeContext } from "../define-op.ts";
import { productOf } from "../facts/dims.ts";
import { filled, fromTensor, known } from "../facts/known.ts";
import { mixesAll, pointwise } from "../facts/pointwise.ts";

// Values that do not depend on what flows through the graph: constants, shapes, random numbers.

const constantAttributes = {
  value: attr.tensor(),
  value_float: attr.float(),
  value_floats: attr.floats(),
  value_int: attr.int(),
  value_ints: attr.ints(),
  value_string: attr.string(),
  value_strings: attr.strings(),
};

/** The tensor that a Constant node holds, in whichever of the attributes. */
export function constantValue(attributes: {
  [K in keyof typeof constantAttributes]: (typeof constantAttributes)[K]["default"];
}): Tensor {
  const { value, value_float, value_floats, value_int, value_ints, value_string, value_strings } =
    attributes;
  if (value) return value;
  if (value_float !== undefined) return float32([], [value_float]);
  if (value_floats) return float32([value_floats.length], value_floats);
  if (value_int !== undefined) return int64([value_int], []);
  if (value_ints) return int64(value_ints);
  if (value_string !== undefined) return tensor("string", [], [value_string]);
  if (value_strings) return tensor("string", [value_strings.length], [...value_strings]);
  throw new StriateError("a Constant without a value");
}

/** They do not change with the elements of an input. */
const givenValues = { ...mixesAll, sees: "nothing" } as const;

/** The lengths that a shape is made of. @throws StriateError where one is none */
function lengthsIn(items: readonly Dim[] | undefined): readonly Dim[] | undefined {
  if (items?.some((item) => typeof item === "number" && !(Number.isInteger(item) && item >= 0)))
    throw new StriateError(`the shape (${items.join(", ")}) cannot be`);
  return items;
}

export const constantOps: readonly OpDefinition[] = [
  defineOp({
    type: "Constant",
    ...givenValues,
    role: "arithmetic",
    attributes: constantAttributes,
    shape: ({ attributes }) => {
      const { type, shape } = constantValue(attributes);
      return [{ type, shape }];
    },
    known: ({ attributes }) => fromTensor(constantValue(attributes)),
    gradient: "zero",
  }),
  defineOp({
    type: "ConstantOfShape",
    ...givenValues,
    role: "arithmetic",
    attributes: { value: attr.tensor() },
    shape: ({ attributes: { value }, known: of, shape }) => [
      {
        type: value?.type ?? "float32",
        shape: lengthsIn(of(0)?.items) ?? unknownOfRank(shape(0)?.[0]),
      },
    ],
    known({ attributes: { value }, numbers }) {
      const shape = numbers(0);
      const item = value ? fromTensor(value)?.items[0] : 0;
      return shape && item !== undefined
        ? filled(value?.type ?? "float32", shape, item)
        : undefined;
    },
    gradient: "zero",
  }),
  defineOp({
    type: "Shape",
    ...givenValues,
    role: "shape",
    attributes: { start: attr.int(0), end: attr.int() },
    shape({ attributes, shape }) {
      const part = partOf(shape(0), attributes);
      return [{ type: "int64", shape: [part?.length ?? null] }];
    },
    known({ attributes, shape }) {
      const part = partOf(shape(0), attributes);
      return part ? known("int64", [part.length], part) : undefined;
    },
    gradient: "zero",
  }),
  defineOp({
    type: "Size",
    ...givenValues,
    role: "shape",
    shape: () => [{ type: "int64", shape: [] }],
    known({ shape }) {
      const x = shape(0);
      return x ? known("int64", [], [productOf(x)]) : undefined;
    },
    gradient: "zero",
  }),
  // from, to (not included), step
  defineOp({
    type: "Range",
    ...mixesAll,
    role: "arithmetic",
    shape(context) {
      const range = rangeOf(context);
      return [{ type: context.type(0), shape: [range?.count ?? null] }];
    },
    known(context) {
      const range = rangeOf(context);
      if (!range || range.count > 1e4) return undefined;
      // bounded: as was checked
      const items = Array.from({ length: range.count }, (_, i) => range.from + i * range.step);
      return known(context.type(0), [items.length], items);
    },
    gradient: "unsupported",
  }),
  defineOp({
    type: "EyeLike",
    ...givenValues,
    role: "arithmetic",
    attributes: { dtype: attr.int(), k: attr.int(0) },
    shape: ({ attributes: { dtype }, shape, type }) => [
      { type: dtype === undefined ? type(0) : typeOfCode(dtype), shape: shape(0) },
    ],
    gradient: "zero",
  }),
  random("RandomNormal", false),
  random("RandomUniform", false),
  random("RandomNormalLike", true),
  random("RandomUniformLike", true),
  random("Bernoulli", true),
  defineOp({
    type: "Multinomial",
    ...mixesAll,
    role: "arithmetic",
    attributes: { dtype: attr.int(6), sample_size: attr.int(1), seed: attr.float() },
    shape: ({ attributes: { dtype, sample_size }, shape }) => [
      { type: typeOfCode(dtype), shape: [shape(0)?.[0] ?? null, sample_size] },
    ],
    gradient: "zero",
  }),
];

function random(type: string, like: boolean): OpDefinition {
  return defineOp({
    type,
    ...(type === "Bernoulli" ? { ...pointwise, rows: "whole" } : givenValues),
    role: "arithmetic",
    attributes: {
      dtype: attr.int(),
      shape: attr.ints(),
      seed: attr.float(),
      mean: attr.float(),
      scale: attr.float(),
      low: attr.float(),
      high: attr.float(),
    },
    shape({ attributes, shape, type: typeOf }): ValueType[] {
      const own: DataType = like ? typeOf(0) : "float32";
      return [
        {
          type: attributes.dtype === undefined ? own : typeOfCode(attributes.dtype),
          shape: like ? shape(0) : (attributes.shape ?? null),
        },
      ];
    },
    gradient: "zero",
  });
}

function partOf(
  x: readonly Dim[] | null,
  { start, end }: { start: number; end: number | undefined },
) {
  return x && x.slice(start, end);
}

function rangeOf({ numbers }: ShapeContext<unknown>) {
  const [from, to, step] = [numbers(0)?.[0], numbers(1)?.[0], numbers(2)?.[0]];
  if (from === undefined || to === undefined || step === undefined || step === 0) return undefined;
  return { from, step, count: Math.max(0, Math.ceil((to - from) / step)) };
}

function unknownOfRank(rank: Dim | undefined): readonly Dim[] | null {
  return typeof rank === "number" && rank <= 64 ? new Array<Dim>(rank).fill(null) : null;
}
