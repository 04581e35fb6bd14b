import { StriateError } from "../../base/errors.ts";
import type { KerasShape, SymbolicTensor } from "../define-layer.ts";
import { unitLength } from "../normalization/moments.ts";
import { graphAxis } from "../symbolic.ts";
import { type Arguments, type Operation, type Scope, cast } from "./operation.ts";

/** What is left of a tensor when axes are reduced. */
function reduced(
  x: SymbolicTensor,
  axes: readonly number[],
  keepdims: boolean,
): Pick<SymbolicTensor, "shape" | "order"> {
  if (keepdims)
    return { order: x.order, shape: x.shape.map((n, axis) => (axes.includes(axis) ? 1 : n)) };
  const left = (axis: number) => axis - axes.filter((other) => other < axis).length;
  return {
    order: x.order.filter((axis) => !axes.includes(axis)).map(left),
    shape: x.shape.filter((_, axis) => !axes.includes(axis)) as KerasShape,
  };
}

type Reduce = (scope: Scope, x: string, axes: string, keepdims: 0 | 1) => string;

/** An ONNX reduction. */
const plainly =
  (op: string): Reduce =>
  ({ b }, x, axes, keepdims) =>
    b.op(op, [x, axes], { keepdims });

/** The mean square distance from the mean. */
const variance: Reduce = ({ b }, x, axes, keepdims) => {
  const centered = b.op("Sub", [x, b.op("ReduceMean", [x, axes])]);
  return b.op("ReduceMean", [b.op("Mul", [centered, centered]), axes], { keepdims });
};

function reduction(
  className: string,
  functions: readonly string[],
  reduce: Reduce,
  aliases?: string[],
): Operation {
  return {
    className,
    aliases,
    functions,
    parameters: ["x|input_tensor|tensor", "axis|axes", "keepdims|keep_dims"],
    write: (scope, args) => apply(scope, args, reduce),
  };
}

function apply(scope: Scope, args: Arguments, reduce: Reduce): SymbolicTensor {
  const x = cast(scope.b, args.tensor("x"), "float32");
  const axes = args.axes("axis", x.shape.length);
  const keepdims = args.flag("keepdims");
  const over = scope.b.i64(axes.map((axis) => graphAxis(x, axis)));
  const value = reduce(scope, x.value, over, keepdims ? 1 : 0);
  return { value, type: "float32", ...reduced(x, axes, keepdims) };
}

const math = (name: string) => [
  `math.reduce_${name}`,
  `reduce_${name}`,
  `compat.v1.reduce_${name}`,
];

/** All or any of a boolean tensor. */
const logical = (className: string, name: string, op: string): Operation => ({
  className,
  functions: math(name),
  parameters: ["x|input_tensor", "axis", "keepdims"],
  write: (scope, args) => cast(scope.b, apply(scope, args, plainly(op)), "bool"),
});

const extreme = (className: string, op: string, name: string): Operation => ({
  className,
  functions: [`math.${name}`, name],
  parameters: ["x|input", "axis", "keepdims"],
  write(scope, args) {
    const x = args.tensor("x");
    const [axis] = args.axes("axis", x.shape.length);
    const keepdims = args.flag("keepdims");
    const at = graphAxis(x, axis!);
    const value = scope.b.op(op, [x.value], { axis: at, keepdims: keepdims ? 1 : 0 });
    return { value, type: "int64", ...reduced(x, [axis!], keepdims) };
  },
});

const norm: Operation = {
  className: "Norm",
  functions: ["norm", "linalg.norm", "compat.v1.norm"],
  parameters: ["x|tensor", "ord|order", "axis", "keepdims|keep_dims"],
  write(scope, args) {
    const order = args.has("ord") ? args.raw("ord") : null;
    const rank = args.tensor("x").shape.length;
    const isMatrix = args.has("axis") ? args.axes("axis", rank).length > 1 : false;
    const extreme =
      order === Infinity ? "ReduceMax" : order === -Infinity ? "ReduceMin" : undefined;
    if (extreme !== undefined && !isMatrix)
      return apply(scope, args, (own, x, axes, keepdims) =>
        plainly(extreme)(own, own.b.op("Abs", [x]), axes, keepdims),
      );
    const isEuclidean = order === null || order === "euclidean" || order === (isMatrix ? "fro" : 2);
    if (isEuclidean) return apply(scope, args, plainly("ReduceL2"));
    if (order === 1 && !isMatrix) return apply(scope, args, plainly("ReduceL1"));
    throw new StriateError(
      `takes the norm of order ${JSON.stringify(order)}, which is not supported`,
    );
  },
};

const normalize: Operation = {
  className: "Normalize",
  functions: ["math.l2_normalize", "nn.l2_normalize"],
  parameters: ["x", "axis|dim", "epsilon", "order"],
  write(scope, args) {
    const x = args.tensor("x");
    const axes = args.axes("axis", x.shape.length).map((axis) => graphAxis(x, axis));
    const order = args.has("order") ? args.number("order") : 2;
    if (order !== 1 && order !== 2)
      throw new StriateError(`normalises by the norm of order ${order}, which is not supported`);
    if (order === 1) {
      const { b } = scope;
      const size = b.op("ReduceL1", [x.value, b.i64(axes)]);
      const divisor = b.op("Max", [size, b.f32(args.number("epsilon", 1e-7))]);
      return { ...x, value: b.op("Div", [x.value, divisor]) };
    }
    return { ...x, value: unitLength(scope.b, x.value, axes, args.number("epsilon", 1e-12)) };
  },
};

/** The mean, each element counting as much as its weight along one axis says. */
const average: Operation = {
  className: "Average",
  parameters: ["x", "weights", "axis"],
  write(scope, args) {
    const { b } = scope;
    if (!args.has("weights")) return apply(scope, args, plainly("ReduceMean"));
    const x = cast(b, args.tensor("x"), "float32");
    const weights = cast(b, args.tensor("weights"), "float32");
    const [axis] = args.axes("axis", x.shape.length);
    if (weights.shape.length !== 1)
      throw new StriateError("averages with weights over several axes, which is not supported");
    const shape = x.order.map((each) => (each === axis ? -1 : 1));
    const along = b.op("Reshape", [weights.value, b.i64(shape)]);
    const share = b.op("Div", [along, b.op("ReduceSum", [weights.value])]);
    return apply(scope, args, (own, value, axes, keepdims) =>
      plainly("ReduceSum")(own, b.op("Mul", [value, share]), axes, keepdims),
    );
  },
};

const moments: Operation = {
  className: "Moments",
  functions: ["nn.moments"],
  parameters: ["x", "axis|axes", "keepdims"],
  write: (scope, args) => [apply(scope, args, plainly("ReduceMean")), apply(scope, args, variance)],
};

export const reductions: Operation[] = [
  reduction("Mean", math("mean"), plainly("ReduceMean")),
  reduction("Sum", math("sum"), plainly("ReduceSum")),
  reduction("Prod", math("prod"), plainly("ReduceProd")),
  reduction("Max", math("max"), plainly("ReduceMax"), ["Amax"]),
  reduction("Min", math("min"), plainly("ReduceMin"), ["Amin"]),
  reduction("Logsumexp", math("logsumexp"), plainly("ReduceLogSumExp")),
  reduction("Var", math("variance"), variance),
  reduction("Std", math("std"), (scope, x, axes, keepdims) =>
    scope.b.op("Sqrt", [variance(scope, x, axes, keepdims)]),
  ),
  reduction("Ptp", [], (scope, x, axes, keepdims) =>
    scope.b.op("Sub", [
      scope.b.op("ReduceMax", [x, axes], { keepdims }),
      scope.b.op("ReduceMin", [x, axes], { keepdims }),
    ]),
  ),
  average,
  logical("All", "all", "ReduceMin"),
  logical("Any", "any", "ReduceMax"),
  extreme("Argmax", "ArgMax", "argmax"),
  extreme("Argmin", "ArgMin", "argmin"),
  norm,
  normalize,
  moments,
];
