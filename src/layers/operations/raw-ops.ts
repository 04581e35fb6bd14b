import { StriateError } from "../../base/errors.ts";
import { type Argument, isTensorArgument } from "../arguments.ts";
import type { CallArguments } from "../arguments.ts";

/** How an op of TensorFlow's graphs is said as one of the functions. */
interface RawOp {
  /** The function, by TensorFlow's public name. */
  name: string;
  /** The function's parameter for each attribute. */
  attributes?: Readonly<Record<string, string>>;
  /** Inputs 0 to n - 2 are a list, the last one its axis. */
  listThenAxis?: boolean;
  list?: boolean;
}

const reduce = { keep_dims: "keepdims" };
const window = {
  ksize: "pool_size",
  strides: "strides",
  padding: "padding",
  data_format: "data_format",
};

const table: Readonly<Record<string, RawOp>> = {
  Add: { name: "add" },
  AddV2: { name: "add" },
  BiasAdd: { name: "add" },
  Sub: { name: "subtract" },
  Mul: { name: "multiply" },
  RealDiv: { name: "truediv" },
  FloorDiv: { name: "floordiv" },
  FloorMod: { name: "floormod" },
  Pow: { name: "pow" },
  Maximum: { name: "maximum" },
  Minimum: { name: "minimum" },
  SquaredDifference: { name: "squared_difference" },
  Greater: { name: "greater" },
  GreaterEqual: { name: "greater_equal" },
  Less: { name: "less" },
  LessEqual: { name: "less_equal" },
  Equal: { name: "equal" },
  Neg: { name: "negative" },
  Abs: { name: "abs" },
  Square: { name: "square" },
  Sqrt: { name: "sqrt" },
  Rsqrt: { name: "rsqrt" },
  Exp: { name: "exp" },
  Log: { name: "log" },
  Identity: { name: "identity" },
  StopGradient: { name: "stop_gradient" },
  Sigmoid: { name: "sigmoid" },
  Tanh: { name: "tanh" },
  Relu: { name: "nn.relu" },
  Relu6: { name: "nn.relu6" },
  LeakyRelu: { name: "nn.leaky_relu", attributes: { alpha: "negative_slope" } },
  Elu: { name: "nn.elu" },
  Selu: { name: "nn.selu" },
  Softplus: { name: "softplus" },
  Softmax: { name: "nn.softmax" },
  ClipByValue: { name: "clip_by_value" },
  Select: { name: "where" },
  SelectV2: { name: "where" },
  Mean: { name: "reduce_mean", attributes: reduce },
  Sum: { name: "reduce_sum", attributes: reduce },
  Max: { name: "reduce_max", attributes: reduce },
  Min: { name: "reduce_min", attributes: reduce },
  Prod: { name: "reduce_prod", attributes: reduce },
  ArgMax: { name: "argmax" },
  Reshape: { name: "reshape" },
  Transpose: { name: "transpose" },
  ExpandDims: { name: "expand_dims" },
  Squeeze: { name: "squeeze", attributes: { squeeze_dims: "axis" } },
  Tile: { name: "tile" },
  Pad: { name: "pad" },
  MirrorPad: { name: "pad", attributes: { mode: "mode" } },
  ConcatV2: { name: "concat", listThenAxis: true },
  Pack: { name: "stack", list: true, attributes: { axis: "axis" } },
  GatherV2: { name: "gather" },
  MatMul: {
    name: "matmul",
    attributes: { transpose_a: "transpose_a", transpose_b: "transpose_b" },
  },
  BatchMatMulV2: { name: "matmul", attributes: { adj_x: "transpose_a", adj_y: "transpose_b" } },
  MaxPool: { name: "nn.max_pool", attributes: window },
  AvgPool: { name: "nn.avg_pool", attributes: window },
  DepthToSpace: { name: "nn.depth_to_space", attributes: { block_size: "block_size" } },
  SpaceToDepth: { name: "nn.space_to_depth", attributes: { block_size: "block_size" } },
  ResizeBilinear: {
    name: "compat.v1.image.resize_bilinear",
    attributes: { align_corners: "align_corners", half_pixel_centers: "half_pixel_centers" },
  },
  ResizeNearestNeighbor: {
    name: "compat.v1.image.resize_nearest_neighbor",
    attributes: { align_corners: "align_corners", half_pixel_centers: "half_pixel_centers" },
  },
};

/** The texts that attributes hold, as protobuf's JSON writes bytes. */
const words: Readonly<Record<string, string>> = {
  "U0FNRQ==": "SAME",
  "VkFMSUQ=": "VALID",
  "TkhXQw==": "NHWC",
  "TkNIVw==": "NCHW",
  "UkVGTEVDVA==": "REFLECT",
};

/** An attribute in protobuf's JSON: `{ "b": true }`, `{ "i": "2" }`, `{ "list": { "i": ["1"] } }`. */
function attributeValue(attribute: unknown): Argument {
  const record = attribute as Record<string, unknown>;
  if ("b" in record) return record.b === true;
  if ("i" in record) return Number(record.i);
  if ("f" in record) return Number(record.f);
  if ("s" in record) return words[String(record.s)] ?? String(record.s);
  const list = (record.list as { i?: unknown[] } | undefined)?.i;
  return list === undefined ? null : list.map(Number);
}

/**
 * Turns a TensorFlowOpLayer (one op of a graph, of which some inputs are constants) into a call of a
 * function.
 *
 * @param count number of tensors that the layer reads
 */
export function readRawOp(
  config: { node_def: unknown; constants: unknown },
  count: number,
): { name: string; call: CallArguments } {
  const node = config.node_def as { op?: unknown; attr?: Record<string, unknown> } | null;
  const op = String(node?.op);
  const constants = (config.constants ?? {}) as Readonly<Record<string, Argument>>;
  const total = count + Object.keys(constants).length;
  let next = 0;
  // bounded: the inputs of a call
  const args = Array.from(
    { length: total },
    (_, i): Argument => constants[i] ?? { $input: next++ },
  );
  const attr = node?.attr ?? {};
  if (op === "StridedSlice") return stridedSlice(args, attr);
  const raw = Object.hasOwn(table, op) ? table[op] : undefined;
  if (raw === undefined)
    throw new StriateError(`TensorFlow op "${op}" as a layer is not supported`);
  const kwargs: Record<string, Argument> = {};
  for (const [key, parameter] of Object.entries(raw.attributes ?? {}))
    if (attr[key] !== undefined) kwargs[parameter] = attributeValue(attr[key]);
  const list = raw.listThenAxis ? [args.slice(0, -1), args.at(-1)!] : raw.list ? [args] : args;
  return { name: raw.name, call: { args: list, kwargs } };
}

/** `begin:end:stride` of each axis, with masks that say where Python's word stands instead. */
function stridedSlice(args: readonly Argument[], attr: Readonly<Record<string, unknown>>) {
  const [x, begin, end, strides] = args;
  const masked = (key: string, i: number) =>
    ((Number(attr[key] === undefined ? 0 : attributeValue(attr[key])) >> i) & 1) === 1;
  const lists = [begin, end, strides];
  if (
    isTensorArgument(begin) ||
    isTensorArgument(end) ||
    !lists.every((each) => Array.isArray(each))
  )
    throw new StriateError("slices by a computed index, which is not supported");
  const [starts, stops, steps] = lists as number[][];
  const key = starts!.map((start, i): Argument => {
    if (masked("ellipsis_mask", i)) return { class_name: "__ellipsis__" };
    if (masked("new_axis_mask", i)) return null;
    if (masked("shrink_axis_mask", i)) return start;
    return {
      start: masked("begin_mask", i) ? null : start,
      stop: masked("end_mask", i) ? null : stops![i]!,
      step: steps![i]!,
    };
  });
  return { name: "__operators__.getitem", call: { args: [x!, key], kwargs: {} } };
}
