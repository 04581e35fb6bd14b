import { type TfliteOp, alike, fused } from "../define-op.ts";

export const arithmeticOps: readonly TfliteOp[] = [
  ...alike("arithmetic", { ADD: "AddV2", SUB: "Sub", MUL: "Mul", DIV: "RealDiv" }, (o) =>
    fused(o, 0),
  ),
  ...alike("arithmetic", {
    MAXIMUM: "Maximum",
    MINIMUM: "Minimum",
    POW: "Pow",
    SQUARED_DIFFERENCE: "SquaredDifference",
    FLOOR_DIV: "FloorDiv",
    FLOOR_MOD: "FloorMod",
    ADD_N: "AddN",
    LESS: "Less",
    LESS_EQUAL: "LessEqual",
    GREATER: "Greater",
    GREATER_EQUAL: "GreaterEqual",
    EQUAL: "Equal",
    NOT_EQUAL: "NotEqual",
    LOGICAL_AND: "LogicalAnd",
    LOGICAL_OR: "LogicalOr",
    LOGICAL_NOT: "LogicalNot",
    SELECT: "Select",
    SELECT_V2: "SelectV2",
    EXP: "Exp",
    LOG: "Log",
    SQRT: "Sqrt",
    RSQRT: "Rsqrt",
    SQUARE: "Square",
    NEG: "Neg",
    ABS: "Abs",
    SIN: "Sin",
    ATAN2: "Atan2",
    COS: "Cos",
    FLOOR: "Floor",
    CEIL: "Ceil",
    ROUND: "Round",
    ZEROS_LIKE: "ZerosLike",
  }),
  ...alike("other", { FAKE_QUANT: "FakeQuantWithMinMaxArgs" }, (o) => ({
    min: { f: o.real(0) },
    max: { f: o.real(1) },
    num_bits: { i: o.int(2) },
    narrow_range: { b: o.flag(3) },
  })),
  ...alike("normalization", { LOCAL_RESPONSE_NORMALIZATION: "LRN" }, (o) => ({
    depth_radius: { i: o.int(0) },
    bias: { f: o.real(1) },
    alpha: { f: o.real(2) },
    beta: { f: o.real(3) },
  })),
  {
    ops: "L2_NORMALIZATION",
    kind: "normalization",
    options: (o) => fused(o, 0),
    lower({ b, input, rank, arrange }) {
      const x = input(0);
      const value = arrange(x, x.order);
      const axes = b.i64([x.order.indexOf(rank(x) - 1)]);
      const sum = b.op("ReduceSum", [b.op("Mul", [value, value]), axes], { keepdims: 1 });
      // As the kernel has it: a sum of zero must not divide.
      const length = b.op("Sqrt", [b.op("Max", [sum, b.f32(1e-6)])]);
      return { value: b.op("Div", [value, length]), order: x.order };
    },
  },
];
