import { float32 } from "../../../base/tensor.ts";
import type { GraphBuilder } from "../../../graph/builder.ts";
import type { LayerKind } from "../../../layers/define-layer.ts";
import { atan2 } from "../../../layers/operations/atan2.ts";
import { typeCode } from "../../../graph/protobuf/types.ts";
import { type TfContext, type TfOp, type TfValue, plainValue } from "../define-op.ts";
import { broadcast } from "./broadcast.ts";
import { constantArithmetic } from "./constant-arithmetic.ts";

type Write = (b: GraphBuilder, values: string[]) => string;

const nary =
  (op: string): Write =>
  (b, values) =>
    b.op(op, values);

/** Ops of several tensors, element by element. */
const several: readonly (readonly [string, Write])[] = [
  ["Add AddV2", nary("Add")],
  ["AddN", nary("Sum")],
  ["Sub", nary("Sub")],
  ["Mul", nary("Mul")],
  ["RealDiv Div", nary("Div")],
  ["Maximum", nary("Max")],
  ["Minimum", nary("Min")],
  ["Pow", nary("Pow")],
  ["DivNoNan", divideNoNan],
  ["SquaredDifference", (b, values) => square(b, b.op("Sub", values))],
  ["Greater", nary("Greater")],
  ["GreaterEqual", nary("GreaterOrEqual")],
  ["Less", nary("Less")],
  ["LessEqual", nary("LessOrEqual")],
  ["Equal", nary("Equal")],
  ["NotEqual", (b, values) => b.op("Not", [b.op("Equal", values)])],
  ["LogicalAnd", nary("And")],
  ["LogicalOr", nary("Or")],
  ["LogicalXor", nary("Xor")],
  ["Atan2", (b, [y = "", x = ""]) => atan2(b, y, x)],
  ["SelectV2", nary("Where")],
  ["BitwiseAnd", nary("BitwiseAnd")],
  ["BitwiseOr", nary("BitwiseOr")],
  ["BitwiseXor", nary("BitwiseXor")],
  ["ClipByValue", (b, [x = "", low = "", high = ""]) => b.op("Min", [b.op("Max", [x, low]), high])],
  ["Prelu", nary("PRelu")],
  // What is left of a division, with the sign of the dividend.
  ["Mod TruncateMod", (b, values) => b.op("Mod", values, { fmod: 1 })],
  ["Xlogy", (b, [x = "", y = ""]) => timesNoNan(b, x, b.op("Log", [y]))],
  ["MulNoNan", (b, [x = "", y = ""]) => timesNoNan(b, y, x)],
];

/** Ops of one tensor, element by element. */
const single: readonly (readonly [string, Write])[] = [
  ["Neg", nary("Neg")],
  ["Exp", nary("Exp")],
  ["Expm1", (b, values) => b.op("Sub", [b.op("Exp", values), one(b)])],
  ["Log", nary("Log")],
  ["Log1p", (b, [x = ""]) => b.op("Log", [b.op("Add", [x, one(b)])])],
  ["Sqrt", nary("Sqrt")],
  ["Rsqrt", (b, values) => b.op("Reciprocal", [b.op("Sqrt", values)])],
  ["Square", (b, [x = ""]) => square(b, x)],
  ["Abs", nary("Abs")],
  ["Sign", nary("Sign")],
  ["Floor", nary("Floor")],
  ["Ceil", nary("Ceil")],
  ["Round Rint", nary("Round")],
  ["Reciprocal Inv", nary("Reciprocal")],
  ["Sin", nary("Sin")],
  ["Cos", nary("Cos")],
  ["Tan", nary("Tan")],
  ["Asin", nary("Asin")],
  ["Acos", nary("Acos")],
  ["Atan", nary("Atan")],
  ["Sinh", nary("Sinh")],
  ["Cosh", nary("Cosh")],
  ["Asinh", nary("Asinh")],
  ["Acosh", nary("Acosh")],
  ["Atanh", nary("Atanh")],
  ["IsNan", nary("IsNaN")],
  ["IsInf", nary("IsInf")],
  [
    "IsFinite",
    (b, [x = ""]) => b.op("Not", [b.op("Or", [b.op("IsNaN", [x]), b.op("IsInf", [x])])]),
  ],
  ["LogicalNot", nary("Not")],
  ["Erfc", (b, values) => b.op("Sub", [one(b), b.op("Erf", values)])],
  ["ZerosLike", (b, [x = ""]) => b.op("Sub", [x, x])],
  ["OnesLike", (b, [x = ""]) => b.op("Exp", [b.op("Sub", [x, x])])],
];

const one = (b: GraphBuilder): string => b.constant(float32([], [1]));
const square = (b: GraphBuilder, x: string): string => b.op("Mul", [x, x]);

function divideNoNan(b: GraphBuilder, [x = "", y = ""]: string[]): string {
  const zero = b.constant(float32([], [0]));
  return b.op("Where", [b.op("Equal", [y, zero]), zero, b.op("Div", [x, y])]);
}

/** A product that is zero where the first factor is, whatever the other one. */
const timesNoNan = (b: GraphBuilder, x: string, y: string): string =>
  b.op("Where", [b.op("Equal", [x, b.f32(0)]), b.f32(0), b.op("Mul", [x, y])]);

/** What a constant operand is to a layer: TensorFlow folds batch norms into such. */
const weightNames: Readonly<Record<string, string>> = {
  Add: "bias",
  AddV2: "bias",
  Sub: "bias",
  Mul: "scale",
  RealDiv: "scale",
  Prelu: "alpha",
};

const combine =
  (write: Write) =>
  (context: TfContext): TfValue => {
    const { op } = context.node;
    const constant = constantArithmetic(op, context.inputs);
    if (constant) return constant;
    const name = Object.hasOwn(weightNames, op) ? weightNames[op] : undefined;
    const { values, order } = broadcast(context, context.inputs, name);
    return { value: write(context.b, values), order };
  };

const define =
  (kind: LayerKind) =>
  ([ops, write]: readonly [string, Write]): TfOp => ({ ops, kind, lower: combine(write) });

/** ONNX' Div of whole numbers goes towards zero: of lengths, which are not negative, that is the floor. */
const floorDivision: TfOp = {
  ops: "FloorDiv",
  kind: "arithmetic",
  lower(context) {
    const { b, lengths } = context;
    const { values, order } = broadcast(context, context.inputs);
    if (/float/.test(context.type(context.input(0))))
      return { value: b.op("Floor", [b.op("Div", values)]), order };
    const isLength = lengths(0).length > 0 && lengths(1).every((n) => Number(n) > 0);
    if (isLength) return { value: b.op("Div", values), order };
    const rest = b.op("Mod", values);
    return { value: b.op("Div", [b.op("Sub", [values[0]!, rest]), values[1]!]), order };
  },
};

/** A division that leaves out what is behind the point. */
const truncatedDivision: TfOp = {
  ops: "TruncateDiv",
  kind: "arithmetic",
  lower(context) {
    const { b } = context;
    const { values, order } = broadcast(context, context.inputs);
    const quotient = b.op("Div", values);
    if (!/float/.test(context.type(context.input(0)))) return { value: quotient, order };
    const whole = b.op("Floor", [b.op("Abs", [quotient])]);
    return { value: b.op("Mul", [b.op("Sign", [quotient]), whole]), order };
  },
};

/** Shifts are products and floors of quotients by powers of two: ONNX shifts no signed numbers. */
const shifts = (["LeftShift", "RightShift"] as const).map((ops): TfOp => ({
  ops,
  kind: "arithmetic",
  lower(context) {
    const { b } = context;
    const { values, order } = broadcast(context, context.inputs);
    const [x = "", places = ""] = values;
    const power = b.op("Cast", [b.op("Pow", [b.f32(2), b.op("Cast", [places], { to: 1 })])], {
      to: typeCode(context.type(context.input(0))),
    });
    if (ops === "LeftShift") return { value: b.op("Mul", [x, power]), order };
    const rest = b.op("Mod", [x, power]);
    return { value: b.op("Div", [b.op("Sub", [x, rest]), power]), order };
  },
}));

const invert: TfOp = {
  ops: "Invert",
  kind: "arithmetic",
  lower: ({ b, input, arrange }) => {
    const x = input(0);
    return { value: b.op("BitwiseNot", [arrange(x, x.order)]), order: x.order };
  },
};

/** The first version chooses whole rows where its condition has one axis. */
const select: TfOp = {
  ops: "Select",
  kind: "arithmetic",
  lower(context) {
    const { b, input, inputs, rank, plain } = context;
    const missing = rank(input(1)) - rank(input(0));
    if (rank(input(0)) !== 1 || missing < 1) {
      const { values, order } = broadcast(context, inputs);
      return { value: b.op("Where", values), order };
    }
    // bounded: a difference of ranks
    const axes = b.i64(Array.from({ length: missing }, (_, i) => i + 1));
    const rows = b.op("Unsqueeze", [plain(input(0)), axes]);
    const value = b.op("Where", [rows, plain(input(1)), plain(input(2))]);
    return plainValue(value, rank(input(1)));
  },
};

/** What is left of it, with the sign of the divisor. */
const floorMod: TfOp = {
  ops: "FloorMod",
  kind: "arithmetic",
  lower(context) {
    const { b } = context;
    const { values, order } = broadcast(context, context.inputs);
    if (!/float/.test(context.type(context.input(0)))) return { value: b.op("Mod", values), order };
    const whole = b.op("Floor", [b.op("Div", values)]);
    return { value: b.op("Sub", [values[0]!, b.op("Mul", [whole, values[1]!])]), order };
  },
};

export const arithmeticOps: readonly TfOp[] = [
  floorDivision,
  floorMod,
  truncatedDivision,
  ...shifts,
  invert,
  select,
  ...several.map(define("arithmetic")),
  ...single.map(define("arithmetic")),
];
