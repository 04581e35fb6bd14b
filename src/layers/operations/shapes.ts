import { checkedLength } from "../../base/checked-length.ts";
import { StriateError } from "../../base/errors.ts";
import { normalizeAxis, permute, sizeOf } from "../../base/shape.ts";
import { type Argument, isTensorArgument } from "../arguments.ts";
import type { KerasShape, SymbolicTensor } from "../define-layer.ts";
import { broadcastShapes, concatenateInputs } from "../merging/merge.ts";
import { graphAxis, plainTensor } from "../symbolic.ts";
import { type Arguments, type Operand, type Operation, type Scope, cast } from "./operation.ts";

const x = "x|input|tensor|a|value";

/** A tensor that lies as its user sees it, so that its axes can be counted. */
const flatten = ({ plain }: Scope, tensor: Operand): Operand => ({
  ...plainTensor(plain(tensor), tensor.shape, tensor.type),
  numbers: tensor.numbers,
});

/** The tensor with its axes in another order: a new view of the same graph value. */
function transposed(tensor: SymbolicTensor, axes: readonly number[]): SymbolicTensor {
  const place = (axis: number) => axes.indexOf(axis);
  return { ...tensor, shape: permute(tensor.shape, axes), order: tensor.order.map(place) };
}

/** Lengths of a target shape, -1 where they follow from the rest, null where they are not known. */
function targetShape(list: readonly (number | null)[], from: KerasShape): KerasShape {
  const known = list.filter((n) => n !== null && n !== -1) as number[];
  if (!list.includes(-1) || list.includes(null)) return list.map((n) => (n === -1 ? null : n));
  const whole = from.includes(null) ? null : sizeOf(from as number[]);
  return list.map((n) => (n === -1 ? (whole === null ? null : whole / sizeOf(known)) : n));
}

const reshape: Operation = {
  className: "Reshape",
  functions: ["reshape", "compat.v1.reshape"],
  parameters: [x, "newshape|shape"],
  write(scope, args) {
    const { b } = scope;
    const tensor = flatten(scope, args.tensor("x"));
    const list = args.raw("newshape");
    if (isTensorArgument(list))
      throw new StriateError(
        "reshapes to a shape that is computed as a whole, which is not supported",
      );
    const parts = (Array.isArray(list) ? list : [list]) as Argument[];
    const lengths = parts.map((part) => (typeof part === "number" ? part : null));
    // A length may be computed: `tf.shape(x)[0]`.
    const target = lengths.includes(null)
      ? b.op(
          "Concat",
          parts.map((part, i) => lengthOf(scope, args, part, i)),
          { axis: 0 },
        )
      : b.i64(lengths as number[]);
    const value = b.op("Reshape", [tensor.value, target], {
      allowzero: lengths.includes(0) ? 1 : 0,
    });
    // Keras writes the free batch as None in front of a target that it knows.
    return plainTensor(value, targetShape(lengths, tensor.shape), tensor.type);
  },
};

function lengthOf({ b }: Scope, args: Arguments, part: Argument, at: number): string {
  if (typeof part === "number") return b.i64([part]);
  const tensor = cast(b, args.tensors("newshape")[at]!, "int64");
  return b.op("Reshape", [tensor.value, b.i64([1])]);
}

const transpose: Operation = {
  className: "Transpose",
  functions: ["transpose", "compat.v1.transpose"],
  parameters: [x, "axes|perm"],
  write(_, args) {
    const tensor = args.tensor("x");
    const rank = tensor.shape.length;
    const reversed = tensor.shape.map((_length, axis) => rank - 1 - axis);
    return transposed(
      tensor,
      args.integers("axes", reversed).map((axis) => normalizeAxis(axis, rank)),
    );
  },
};

/** Moves the axes at `from` to the places `to`; the others keep their order. */
function moved(
  tensor: SymbolicTensor,
  from: readonly number[],
  to: readonly number[],
): SymbolicTensor {
  const rank = tensor.shape.length;
  const sources = from.map((axis) => normalizeAxis(axis, rank));
  const targets = to.map((axis) => normalizeAxis(axis, rank));
  const rest = tensor.shape.map((_, axis) => axis).filter((axis) => !sources.includes(axis));
  const axes = tensor.shape.map((_, place) => {
    const k = targets.indexOf(place);
    return k >= 0 ? sources[k]! : rest.shift()!;
  });
  return transposed(tensor, axes);
}

const moveaxis: Operation = {
  className: "Moveaxis",
  parameters: [x, "source", "destination"],
  write: (_, args) =>
    moved(args.tensor("x"), args.integers("source"), args.integers("destination")),
};

const swapaxes: Operation = {
  className: "Swapaxes",
  parameters: [x, "axis1", "axis2"],
  write(_, args) {
    const [a, c] = [args.number("axis1"), args.number("axis2")];
    return moved(args.tensor("x"), [a, c], [c, a]);
  },
};

const ravel: Operation = {
  className: "Ravel",
  parameters: [x],
  write(scope, args) {
    const tensor = flatten(scope, args.tensor("x"));
    const value = scope.b.op("Reshape", [tensor.value, scope.b.i64([-1])]);
    return plainTensor(value, targetShape([-1], tensor.shape), tensor.type);
  },
};

/** Adds axes of length 1 at the given places of the result. */
export function unsqueeze(
  scope: Scope,
  tensor: Operand,
  places: readonly number[],
): SymbolicTensor {
  if (places.length === 0) return tensor;
  const plain = flatten(scope, tensor);
  const shape: (number | null)[] = [...plain.shape];
  for (const place of [...places].sort((a, c) => a - c)) shape.splice(place, 0, 1);
  return plainTensor(
    scope.b.op("Unsqueeze", [plain.value, scope.b.i64(places)]),
    shape,
    plain.type,
  );
}

/** Takes axes of length 1 away. */
export function squeeze(scope: Scope, tensor: Operand, axes: readonly number[]): SymbolicTensor {
  if (axes.length === 0) return tensor;
  const plain = flatten(scope, tensor);
  const shape = plain.shape.filter((_, axis) => !axes.includes(axis));
  return plainTensor(scope.b.op("Squeeze", [plain.value, scope.b.i64(axes)]), shape, plain.type);
}

const expandDims: Operation = {
  className: "ExpandDims",
  functions: ["expand_dims"],
  parameters: [x, "axis|dim"],
  write(scope, args) {
    const tensor = args.tensor("x");
    const places = args.integers("axis");
    const rank = tensor.shape.length + places.length;
    return unsqueeze(
      scope,
      tensor,
      places.map((axis) => normalizeAxis(axis, rank)),
    );
  },
};

const squeezeOperation: Operation = {
  className: "Squeeze",
  functions: ["squeeze", "compat.v1.squeeze"],
  parameters: [x, "axis|squeeze_dims"],
  write(scope, args) {
    const tensor = args.tensor("x");
    const ones = tensor.shape.flatMap((length, axis) => (length === 1 ? [axis] : []));
    const rank = tensor.shape.length;
    return squeeze(
      scope,
      tensor,
      args.integers("axis", ones).map((axis) => normalizeAxis(axis, rank)),
    );
  },
};

const concatenate: Operation = {
  className: "Concatenate",
  functions: ["concat"],
  parameters: ["xs|values|arrays", "axis"],
  takesList: true,
  write: (scope, args) =>
    concatenateInputs({ ...scope, inputs: args.tensors("xs") }, args.number("axis", 0)),
};

/** Tensors side by side along an axis that the name says. */
const stacked = (className: string, axis: number): Operation => ({
  className,
  parameters: ["xs|tup|arrays"],
  takesList: true,
  write: (scope, args) => concatenateInputs({ ...scope, inputs: args.tensors("xs") }, axis),
});

const append: Operation = {
  className: "Append",
  parameters: ["x1", "x2", "axis"],
  write: (scope, args) =>
    concatenateInputs(
      { ...scope, inputs: [args.tensor("x1"), args.tensor("x2")] },
      args.number("axis"),
    ),
};

const stack: Operation = {
  className: "Stack",
  functions: ["stack"],
  parameters: ["xs|values|x", "axis"],
  takesList: true,
  write(scope, args) {
    const tensors = args.tensors("xs");
    const axis = normalizeAxis(args.number("axis", 0), tensors[0]!.shape.length + 1);
    const inputs = tensors.map((tensor) => unsqueeze(scope, tensor, [axis]));
    return concatenateInputs({ ...scope, inputs }, axis);
  },
};

const tile: Operation = {
  className: "Tile",
  functions: ["tile"],
  parameters: [x, "repeats|multiples"],
  write(scope, args) {
    const tensor = args.tensor("x");
    const repeats = args.integers("repeats");
    const full = [...new Array<number>(tensor.shape.length - repeats.length).fill(1), ...repeats];
    const counts = scope.b.i64(tensor.order.map((axis) => full[axis]!));
    const shape = tensor.shape.map((length, axis) => length && length * full[axis]!);
    return { ...tensor, shape, value: scope.b.op("Tile", [tensor.value, counts]) };
  },
};

const repeat: Operation = {
  className: "Repeat",
  functions: ["repeat"],
  parameters: [x, "repeats", "axis"],
  write(scope, args) {
    const { b } = scope;
    const tensor = args.tensor("x");
    const [axis] = args.axes("axis", tensor.shape.length);
    const count = args.number("repeats");
    const length = tensor.shape[axis!];
    if (typeof length !== "number" || !args.has("axis"))
      throw new StriateError("repeats along an axis of unknown length");
    const places = Array.from({ length: checkedLength(length * count, "repeats") }, (_, i) =>
      Math.floor(i / count),
    );
    const value = b.op("Gather", [tensor.value, b.i64(places)], { axis: graphAxis(tensor, axis!) });
    return { ...tensor, value, shape: tensor.shape.with(axis!, length * count) };
  },
};

const broadcastTo: Operation = {
  className: "BroadcastTo",
  functions: ["broadcast_to"],
  parameters: [x, "shape"],
  write(scope, args) {
    const tensor = flatten(scope, args.tensor("x"));
    const target = args.integers("shape");
    const value = scope.b.op("Expand", [tensor.value, scope.b.i64(target)]);
    return plainTensor(value, broadcastShapes(tensor.shape, target), tensor.type);
  },
};

const pad: Operation = {
  className: "Pad",
  functions: ["pad", "compat.v1.pad"],
  parameters: [x, "pad_width|paddings", "mode", "constant_values"],
  write(scope, args) {
    const { b } = scope;
    const tensor = args.tensor("x");
    const mode = args.word("mode", "constant").toLowerCase();
    if (mode !== "constant" && mode !== "reflect" && mode !== "edge")
      throw new StriateError(`pads with mode "${mode}"; known are constant, reflect and edge`);
    const sides = args.raw("pad_width") as number[][];
    const side = (end: 0 | 1) => tensor.order.map((axis) => sides[axis]?.[end] ?? 0);
    const inputs = [tensor.value, b.i64([...side(0), ...side(1)])];
    if (mode === "constant") inputs.push(b.f32(args.number("constant_values", 0)));
    const shape = tensor.shape.map(
      (length, axis) => length && length + (sides[axis]?.[0] ?? 0) + (sides[axis]?.[1] ?? 0),
    );
    return { ...tensor, shape, value: b.op("Pad", inputs, { mode }) };
  },
};

/** The shape of a tensor, as numbers that a reshape can use. */
const shapeOf: Operation = {
  className: "",
  functions: ["shape", "compat.v1.shape"],
  parameters: [x, "out_type"],
  write(scope, args) {
    const tensor = flatten(scope, args.tensor("x"));
    return plainTensor(scope.b.op("Shape", [tensor.value]), [tensor.shape.length], "int64");
  },
};

export const shapes: Operation[] = [
  reshape,
  transpose,
  moveaxis,
  swapaxes,
  ravel,
  expandDims,
  squeezeOperation,
  concatenate,
  stacked("Vstack", 0),
  stacked("Hstack", 1),
  stacked("Dstack", 2),
  append,
  stack,
  tile,
  repeat,
  broadcastTo,
  pad,
  shapeOf,
];
