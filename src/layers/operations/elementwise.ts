import { activate } from "../activation/activations.ts";
import type { SymbolicTensor } from "../define-layer.ts";
import { atan2 } from "./atan2.ts";
import { align } from "./broadcast.ts";
import { type Operation, type Scope, cast } from "./operation.ts";

type Write = (scope: Scope, values: string[]) => string;

function binary(
  className: string,
  functions: readonly string[],
  write: string | Write,
  options: { type?: "bool"; aliases?: string[] } = {},
): Operation {
  return {
    className,
    aliases: options.aliases,
    functions,
    parameters: ["x1|x|a|value", "x2|y|b|bias"],
    write(scope, args) {
      const operands = [args.tensor("x1"), args.tensor("x2")];
      const { values, order, shape, type } = align(scope, operands);
      const value = typeof write === "string" ? scope.b.op(write, values) : write(scope, values);
      return { value, order, shape, type: options.type ?? type };
    },
  };
}

/** Names of a function under `math.`, at the top, and as an operator. */
const named = (...names: string[]) => names.flatMap((name) => [`math.${name}`, name]);
const operator = (name: string) => [`__operators__.${name}`, `__operators__.r${name}`];

const compare = (className: string, name: string, op: string) =>
  binary(className, named(name), op, { type: "bool" });

const squaredDifference: Write = ({ b }, values) => {
  const difference = b.op("Sub", values);
  return b.op("Mul", [difference, difference]);
};

/** Zero where the divisor is zero. */
const divideNoNan: Write = ({ b }, [x, y]) => {
  const isZero = b.op("Equal", [y!, b.f32(0)]);
  const safe = b.op("Where", [isZero, b.f32(1), y!]);
  return b.op("Where", [isZero, b.f32(0), b.op("Div", [x!, safe])]);
};

/** An op of booleans: any number but zero is true. */
function logical(op: string): Write {
  return ({ b }, values) =>
    b.op(
      op,
      values.map((value) => b.op("Cast", [value], { to: 9 })),
    );
}

const binaries: Operation[] = [
  binary("Add", [...named("add"), ...operator("add"), "nn.bias_add"], "Add"),
  binary("Subtract", [...named("subtract"), ...operator("sub")], "Sub"),
  binary("Multiply", [...named("multiply"), ...operator("mul")], "Mul"),
  binary("TrueDivide", [...named("truediv", "divide", "realdiv"), ...operator("truediv")], "Div", {
    aliases: ["Divide"],
  }),
  binary("DivideNoNan", ["math.divide_no_nan"], divideNoNan),
  binary("FloorDivide", [...named("floordiv"), "compat.v1.floor_div"], ({ b }, values) =>
    b.op("Floor", [b.op("Div", values)]),
  ),
  // The remainder has the sign of the divisor, as in Python.
  binary("Mod", named("floormod", "mod"), ({ b }, [x, y]) =>
    b.op("Sub", [x!, b.op("Mul", [b.op("Floor", [b.op("Div", [x!, y!])]), y!])]),
  ),
  binary("Power", named("pow"), "Pow"),
  binary("Maximum", named("maximum"), "Max"),
  binary("Minimum", named("minimum"), "Min"),
  binary("Fmax", [], "Max"),
  binary("Fmin", [], "Min"),
  binary("Arctan2", ["math.atan2", "atan2"], ({ b }, [y, x]) => atan2(b, y!, x!)),
  binary("Hypot", [], ({ b }, values) =>
    b.op("Sqrt", [b.op("Add", values.map((x) => b.op("Mul", [x, x])) as [string, string])]),
  ),
  binary("Logaddexp", [], ({ b }, values) => {
    const largest = b.op("Max", values);
    const parts = values.map((x) => b.op("Exp", [b.op("Sub", [x, largest])]));
    return b.op("Add", [largest, b.op("Log", [b.op("Add", parts)])]);
  }),
  binary("", named("squared_difference"), squaredDifference),
  binary("", ["math.multiply_no_nan"], "Mul"),
  compare("Greater", "greater", "Greater"),
  compare("GreaterEqual", "greater_equal", "GreaterOrEqual"),
  compare("Less", "less", "Less"),
  compare("LessEqual", "less_equal", "LessOrEqual"),
  compare("Equal", "equal", "Equal"),
  binary("NotEqual", named("not_equal"), ({ b }, values) => b.op("Not", [b.op("Equal", values)]), {
    type: "bool",
  }),
  binary("LogicalAnd", named("logical_and"), logical("And"), { type: "bool" }),
  binary("LogicalOr", named("logical_or"), logical("Or"), { type: "bool" }),
  binary("LogicalXor", named("logical_xor"), logical("Xor"), { type: "bool" }),
];

function unary(
  className: string,
  functions: readonly string[],
  write: string | ((scope: Scope, x: string) => string),
  aliases?: string[],
): Operation {
  return {
    className,
    aliases,
    functions,
    parameters: ["x|input|tensor|a|features|input_tensor"],
    write(scope, args) {
      const x = cast(scope.b, args.tensor("x"), "float32");
      const value =
        typeof write === "string" ? scope.b.op(write, [x.value]) : write(scope, x.value);
      return { ...x, value, mask: undefined };
    },
  };
}

const scaledLog =
  (base: number) =>
  ({ b }: Scope, x: string) =>
    b.op("Mul", [b.op("Log", [x]), b.f32(1 / Math.log(base))]);

/** What changes no number. */
function pass(className: string, functions: string[], aliases?: string[]): Operation {
  const parameters = ["x|input|value|variable"];
  return { className, aliases, functions, parameters, write: (_, args) => args.tensor("x") };
}

/** One number everywhere, as many as `x` has. */
const alike = (b: Scope["b"], x: string, value: number) =>
  b.op("Expand", [b.f32(value), b.op("Shape", [x])]);

const test = (
  className: string,
  name: string,
  write: (b: Scope["b"], x: string) => string,
): Operation => ({
  className,
  functions: [`math.${name}`],
  parameters: ["x"],
  write({ b }, args) {
    const x = cast(b, args.tensor("x"), "float32");
    return { ...x, type: "bool", value: write(b, x.value) };
  },
});

const round: Operation = {
  className: "Round",
  functions: named("round"),
  parameters: ["x", "decimals"],
  write({ b }, args) {
    const x = cast(b, args.tensor("x"), "float32");
    const scale = 10 ** (args.has("decimals") ? args.number("decimals") : 0);
    if (scale === 1) return { ...x, value: b.op("Round", [x.value]) };
    const whole = b.op("Round", [b.op("Mul", [x.value, b.f32(scale)])]);
    return { ...x, value: b.op("Div", [whole, b.f32(scale)]) };
  },
};

/** The largest float32. */
const LARGEST = 3.4028234663852886e38;

const nanToNum: Operation = {
  className: "NanToNum",
  parameters: ["x", "nan", "posinf", "neginf"],
  write({ b }, args) {
    const x = cast(b, args.tensor("x"), "float32");
    const from = (mask: string, name: string, fallback: number, value: string) =>
      b.op("Where", [mask, b.f32(args.has(name) ? args.number(name) : fallback), value]);
    const infinite = b.op("IsInf", [x.value]);
    const above = b.op("And", [infinite, b.op("Greater", [x.value, b.f32(0)])]);
    const below = b.op("And", [infinite, b.op("Less", [x.value, b.f32(0)])]);
    const filled = from(b.op("IsNaN", [x.value]), "nan", 0, x.value);
    const value = from(below, "neginf", -LARGEST, from(above, "posinf", LARGEST, filled));
    return { ...x, value };
  },
};

const unaries: Operation[] = [
  unary("Negative", [...named("negative"), ...operator("neg")], "Neg"),
  unary("Absolute", named("abs"), "Abs", ["Abs", "Fabs"]),
  unary("Square", named("square"), ({ b }, x) => b.op("Mul", [x, x])),
  unary("Sqrt", named("sqrt"), "Sqrt"),
  unary("Rsqrt", named("rsqrt"), ({ b }, x) => b.op("Div", [b.f32(1), b.op("Sqrt", [x])])),
  unary("Reciprocal", named("reciprocal"), "Reciprocal"),
  unary("Exp", named("exp"), "Exp"),
  unary("Exp2", [], ({ b }, x) => b.op("Exp", [b.op("Mul", [x, b.f32(Math.LN2)])])),
  unary("Expm1", named("expm1"), ({ b }, x) => b.op("Sub", [b.op("Exp", [x]), b.f32(1)])),
  unary("Log", named("log"), "Log"),
  unary("Log1p", named("log1p"), ({ b }, x) => b.op("Log", [b.op("Add", [x, b.f32(1)])])),
  unary("Log2", [], scaledLog(2)),
  unary("Log10", [], scaledLog(10)),
  unary("Sin", named("sin"), "Sin"),
  unary("Cos", named("cos"), "Cos"),
  unary("Tan", named("tan"), "Tan"),
  unary("Arcsin", named("asin"), "Asin"),
  unary("Arccos", named("acos"), "Acos"),
  unary("Arctan", named("atan"), "Atan"),
  unary("Sinh", named("sinh"), "Sinh"),
  unary("Cosh", named("cosh"), "Cosh"),
  unary("Arcsinh", named("asinh"), "Asinh"),
  unary("Arccosh", named("acosh"), "Acosh"),
  unary("Arctanh", named("atanh"), "Atanh"),
  unary("Cbrt", [], ({ b }, x) =>
    b.op("Mul", [b.op("Sign", [x]), b.op("Pow", [b.op("Abs", [x]), b.f32(1 / 3)])]),
  ),
  unary("Deg2rad", [], ({ b }, x) => b.op("Mul", [x, b.f32(Math.PI / 180)])),
  unary("Rad2deg", [], ({ b }, x) => b.op("Mul", [x, b.f32(180 / Math.PI)])),
  unary("Erfc", named("erfc"), ({ b }, x) => b.op("Sub", [b.f32(1), b.op("Erf", [x])])),
  unary("Trunc", [], ({ b }, x) =>
    b.op("Mul", [b.op("Sign", [x]), b.op("Floor", [b.op("Abs", [x])])]),
  ),
  unary("ZerosLike", named("zeros_like"), ({ b }, x) => alike(b, x, 0)),
  unary("OnesLike", named("ones_like"), ({ b }, x) => alike(b, x, 1)),
  test("Isnan", "is_nan", (b, x) => b.op("IsNaN", [x])),
  test("Isinf", "is_inf", (b, x) => b.op("IsInf", [x])),
  test("Isfinite", "is_finite", (b, x) =>
    b.op("Not", [b.op("Or", [b.op("IsNaN", [x]), b.op("IsInf", [x])])]),
  ),
  round,
  nanToNum,
  unary("Sign", named("sign"), "Sign"),
  unary("Floor", named("floor"), "Floor"),
  unary("Ceil", named("ceil"), "Ceil"),
  unary("Erf", named("erf"), "Erf"),
  {
    className: "LogicalNot",
    functions: named("logical_not"),
    parameters: ["x"],
    write(scope, args) {
      const x = cast(scope.b, args.tensor("x"), "bool");
      return { ...x, value: scope.b.op("Not", [x.value]) };
    },
  },
  pass("Copy", ["identity"], ["ConvertToTensor"]),
  pass("StopGradient", ["stop_gradient"]),
];

/** Activations as functions: their parameters are the fields that the activation of the name reads. */
function activation(
  name: string,
  className: string,
  functions: readonly string[],
  parameters: readonly string[] = [],
  defaults: Readonly<Record<string, number | boolean>> = {},
): Operation {
  return {
    className,
    functions,
    parameters: ["x|features|logits|input|tensor", ...parameters],
    write(scope, args): SymbolicTensor {
      const config: Record<string, unknown> = { ...defaults };
      for (const parameter of parameters) {
        const key = parameter.split("|")[0]!;
        if (args.has(key)) config[key] = args.raw(key);
      }
      const context = { ...scope, preActivation: () => undefined };
      return activate(context, args.tensor("x"), { class_name: name, config });
    },
  };
}

const nn = (name: string) => [`nn.${name}`, `math.${name}`, name];

const activations: Operation[] = [
  activation("relu", "Relu", ["nn.relu"]),
  activation("relu6", "Relu6", ["nn.relu6"]),
  activation("leaky_relu", "LeakyRelu", ["nn.leaky_relu"], ["negative_slope|alpha"]),
  activation("elu", "Elu", ["nn.elu"], ["alpha"]),
  activation("selu", "Selu", ["nn.selu"]),
  activation("celu", "Celu", [], ["alpha"]),
  activation("sigmoid", "Sigmoid", nn("sigmoid")),
  activation("tanh", "Tanh", nn("tanh")),
  activation("softplus", "Softplus", nn("softplus")),
  activation("softsign", "Softsign", nn("softsign")),
  activation("silu", "Silu", ["nn.silu", "nn.swish"]),
  activation("gelu", "Gelu", ["nn.gelu"], ["approximate"]),
  activation("glu", "Glu", [], ["axis"]),
  activation("softmax", "Softmax", ["nn.softmax"], ["axis"]),
  activation("log_softmax", "LogSoftmax", ["nn.log_softmax"], ["axis"]),
  activation("log_sigmoid", "LogSigmoid", ["math.log_sigmoid"]),
  activation("hard_sigmoid", "HardSigmoid", []),
  activation("hard_silu", "HardSilu", []),
  activation("hard_tanh", "HardTanh", []),
  activation("hard_shrink", "HardShrink", [], ["threshold"]),
  activation("soft_shrink", "SoftShrink", [], ["threshold"]),
  activation("tanh_shrink", "TanhShrink", []),
  activation("threshold", "Threshold", [], ["threshold", "default_value|default"]),
  activation("squareplus", "Squareplus", [], ["b"]),
  activation("sparse_plus", "SparsePlus", []),
  activation("sparse_sigmoid", "SparseSigmoid", []),
  activation("sparsemax", "Sparsemax", [], ["axis"]),
];

/** `x1` where the condition holds, `x2` elsewhere. */
const where: Operation = {
  className: "Where",
  aliases: ["Select"],
  functions: ["where", "compat.v1.where"],
  parameters: ["condition", "x1|x", "x2|y"],
  write(scope, args) {
    const condition = cast(scope.b, args.tensor("condition"), "bool");
    const operands = [args.tensor("x1"), args.tensor("x2")];
    // The condition takes part in the broadcast, but keeps its type.
    const { values, order, shape, type } = align(scope, [
      { ...cast(scope.b, condition, "float32"), mask: undefined },
      ...operands,
    ]);
    const test = scope.b.op("Cast", [values[0]!], { to: 9 });
    return { value: scope.b.op("Where", [test, values[1]!, values[2]!]), order, shape, type };
  },
};

const clip: Operation = {
  className: "Clip",
  functions: ["clip_by_value"],
  parameters: ["x|t", "x_min|clip_value_min|min_value", "x_max|clip_value_max|max_value"],
  write(scope, args) {
    const x = cast(scope.b, args.tensor("x"), "float32");
    const bound = (name: string) => scope.b.f32(args.number(name));
    return { ...x, value: scope.b.op("Clip", [x.value, bound("x_min"), bound("x_max")]) };
  },
};

const addN: Operation = {
  className: "",
  functions: ["math.add_n", "add_n"],
  parameters: ["inputs"],
  takesList: true,
  write(scope, args) {
    const { values, ...result } = align(scope, args.tensors("inputs"));
    return { ...result, value: values.reduce((sum, x) => scope.b.op("Add", [sum, x])) };
  },
};

const castOperation: Operation = {
  className: "Cast",
  functions: ["cast"],
  parameters: ["x", "dtype"],
  write(scope, args) {
    const dtype = args.word("dtype", "float32");
    const type = dtype === "bool" ? "bool" : /int/.test(dtype) ? "int64" : "float32";
    return cast(scope.b, args.tensor("x"), type);
  },
};

export const elementwise: Operation[] = [
  ...binaries,
  ...unaries,
  ...activations,
  where,
  clip,
  addN,
  castOperation,
];
