import { normalizeAxis, sizeOf } from "../../../base/shape.ts";
import { attribute } from "../../attributes.ts";
import type { GraphNode } from "../../graph.ts";
import type { GraphFacts } from "../facts.ts";

/**
 * How the rows of a batch lie in a value: axis `axis` has length `rows * each`, the row counting
 * slowest, and what belongs to a row depends on that row alone.
 */
export interface Rows {
  axis: number;
  each: number;
  /**
   * The value is an index that counts from the first row: its elements are those of the row alone
   * plus `offset` for each row before it.
   */
  offset?: number;
}

/**
 * What a node makes when its inputs have rows: rows again, output by output; `"sum"`: a sum over rows
 * to which each part of a batch adds its share; or null: it needs the whole batch at once.
 */
export type RowResult = readonly Rows[] | "sum" | null;

export interface RowContext {
  node: GraphNode;
  facts: GraphFacts;
  /** Rows of the batch. */
  count: number;
  /** Rows of input `i`; null where it is the same for all rows, or missing. */
  rows(i: number): Rows | null;
  shape(i: number): readonly number[];
  outputShape(i: number): readonly number[];
}

type RowRule = (context: RowContext) => RowResult;

/** The rule of an op; undefined for one that may do anything. */
export function rowRule(node: GraphNode): RowRule | undefined {
  return node.domain === "" && Object.hasOwn(rules, node.op) ? rules[node.op] : undefined;
}

const first: RowRule = (c) => (c.rows(0)?.axis === 0 ? sameForAll(c, c.rows(0)!) : null);

/** The rows as they are in input 0, for ops that treat the other axes. */
function sameForAll(c: RowContext, rows: Rows | null): RowResult {
  return rows === null || rows.offset !== undefined ? null : c.node.outputs.map(() => rows);
}

/** Element by element, with broadcasting: the rows of all inputs must lie on the same axis. */
function elementwise(c: RowContext): RowResult {
  const rank = c.outputShape(0).length;
  const inputs = c.node.inputs.map((_, i) => i);
  const aligned = (i: number) => c.shape(i).length - rank;
  let found: Rows | null = null;
  for (const i of inputs) {
    const rows = c.rows(i);
    if (rows === null) continue;
    if (rows.offset !== undefined) return c.node.op === "Identity" ? [rows] : null;
    const axis = rows.axis - aligned(i);
    if (found !== null && (found.axis !== axis || found.each !== rows.each)) return null;
    found = { axis, each: rows.each };
  }
  if (found === null) return null;
  const { axis, each } = found;
  let offset: number | undefined;
  for (const i of inputs) {
    const length = c.shape(i)[axis + aligned(i)] ?? 1;
    if (c.rows(i) !== null || length === 1) continue;
    if (isRepeated(c.facts, c.node.inputs[i]!, axis + aligned(i))) continue;
    // The number of the row times a constant: how MaxUnpool wants its indices.
    offset = c.node.op === "Add" && each === 1 ? rowStep(c, i, axis + aligned(i)) : undefined;
    if (offset === undefined) return null;
  }
  return c.node.outputs.map(() => ({ axis, each, ...(offset === undefined ? {} : { offset }) }));
}

/** Whether a value is one slice repeated along an axis, so that any part of it serves as well. */
export function isRepeated(facts: GraphFacts, name: string, axis: number): boolean {
  const maker = facts.maker(name);
  if (maker?.op === "ConstantOfShape") return true;
  if (maker?.op !== "Expand") return false;
  const [from, to] = [facts.shape(maker.inputs[0]), facts.shape(name)];
  return from !== undefined && (from[axis + from.length - to!.length] ?? 1) === 1;
}

/** The step of a constant whose elements are `row * step`, one for each row. */
function rowStep(c: RowContext, i: number, axis: number): number | undefined {
  const values = c.facts.integers(c.node.inputs[i]);
  const shape = c.shape(i);
  if (values?.length !== c.count || shape[axis] !== c.count) return undefined;
  const step = values[1]!;
  return values.every((value, row) => value === row * step) ? step : undefined;
}

/** Ops that change or join other axes only; `axes` names those that they treat. */
const besides =
  (axes: (c: RowContext, rank: number) => readonly number[] | undefined): RowRule =>
  (c) => {
    const rows = c.rows(0);
    const treated = rows && axes(c, c.shape(0).length);
    return treated?.includes(rows!.axis) === false ? sameForAll(c, rows) : null;
  };

const axisAttribute =
  (fallback: number) =>
  ({ node }: RowContext, rank: number) => [
    normalizeAxis(attribute(node, "axis", "int", fallback), rank),
  ];

/** Axes that are an input in newer opsets and were an attribute before; none given means all. */
function axesOf({ node, facts }: RowContext, rank: number, input: number): number[] | undefined {
  const given =
    node.inputs[input] === undefined || node.inputs[input] === ""
      ? attribute(node, "axes", "ints", [])
      : facts.integers(node.inputs[input]);
  if (given === undefined) return undefined;
  return given.length === 0
    ? Array.from({ length: rank }, (_, axis) => axis)
    : given.map((axis) => normalizeAxis(axis, rank));
}

function reduction(c: RowContext): RowResult {
  const rows = c.rows(0);
  const axes = axesOf(c, c.shape(0).length, 1);
  if (rows === null || rows.offset !== undefined || axes === undefined) return null;
  if (axes.includes(rows.axis)) return c.node.op === "ReduceSum" ? "sum" : null;
  const keep = attribute(c.node, "keepdims", "int", 1) !== 0;
  const before = keep ? 0 : axes.filter((axis) => axis < rows.axis).length;
  return [{ axis: rows.axis - before, each: rows.each }];
}

/** The axis of the new shape at which what the rows enclose stays together. */
function reshape(c: RowContext): RowResult {
  const rows = c.rows(0);
  if (rows === null || rows.offset !== undefined) return null;
  const outside = sizeOf(c.shape(0).slice(0, rows.axis));
  const shape = c.outputShape(0);
  for (let axis = 0, before = 1; axis < shape.length; before *= shape[axis++]!)
    if (before === outside && shape[axis]! % c.count === 0)
      return [{ axis, each: shape[axis]! / c.count }];
  return null;
}

/** Joined along an axis: all parts must have the rows on one other axis. */
function concat(c: RowContext): RowResult {
  const rank = c.outputShape(0).length;
  const [joined] = axisAttribute(0)(c, rank);
  const one = c.node.inputs.map((_, i) => c.rows(i)).find((rows) => rows !== null);
  if (!one || one.axis === joined || one.offset !== undefined) return null;
  const fits = c.node.inputs.every((name, i) => {
    const rows = c.rows(i);
    if (rows === null) return isRepeated(c.facts, name, one.axis);
    return rows.axis === one.axis && rows.each === one.each && rows.offset === undefined;
  });
  return fits ? [one] : null;
}

/** x [N, C, ...] with weights [M, C, ...]: rows in N stay, rows in both C's are summed over. */
function convolution(c: RowContext): RowResult {
  const [x, w, bias] = [c.rows(0), c.rows(1), c.rows(2)];
  if (bias || x?.offset !== undefined) return null;
  if (x && !w) return x.axis === 0 ? [x] : null;
  const group = attribute(c.node, "group", "int", 1);
  const isSum = x && w && x.axis === 1 && w.axis === 1 && x.each === w.each && group === 1;
  return isSum && !c.node.inputs[2] ? "sum" : null;
}

/** Y = A' B' + C: rows of A' stay, rows on the inner axis of both are summed over. */
function gemm(c: RowContext): RowResult {
  const side = (i: number, name: string) => {
    const rows = c.rows(i);
    if (rows === null) return null;
    return attribute(c.node, name, "int", 0) !== 0 ? 1 - rows.axis : rows.axis;
  };
  const [a, b] = [side(0, "transA"), side(1, "transB")];
  const addend = c.node.inputs[2] ? c.shape(2) : undefined;
  const rowwise = addend === undefined || (addend.length === 2 ? addend[0] : 1) === 1;
  if (c.rows(2) !== null) return null;
  if (a === 0 && b === null && rowwise) return [{ axis: 0, each: c.rows(0)!.each }];
  const isSum = a === 1 && b === 0 && c.rows(0)!.each === c.rows(1)!.each;
  return isSum && addend === undefined ? "sum" : null;
}

/** A B: rows in a leading axis or in the rows of A stay, rows on the inner axis of both are summed over. */
function matmul(c: RowContext): RowResult {
  const [a, b] = [c.rows(0), c.rows(1)];
  const [rankA, rankB] = [c.shape(0).length, c.shape(1).length];
  const rank = c.outputShape(0).length;
  if (rankA < 2 || rankB < 2 || a?.offset !== undefined) return null;
  if (a && b) {
    const inner = a.axis === rankA - 1 && b.axis === rankB - 2 && a.each === b.each;
    if (inner) return "sum";
  }
  if (a && !b && a.axis === rankA - 2) return [{ axis: rank - 2, each: a.each }];
  const leading = [a && a.axis < rankA - 2, b && b.axis < rankB - 2];
  if (leading.some((is) => is === false)) return null;
  return elementwise({
    ...c,
    // The matrices themselves are not broadcast.
    shape: (i) => [...c.shape(i).slice(0, -2), 1, 1],
    node: { ...c.node, inputs: c.node.inputs.slice(0, 2) },
  });
}

/** The indices count over the whole input, batch included. */
function maxPool(c: RowContext): RowResult {
  const rows = c.rows(0);
  if (rows === null || rows.offset !== undefined || rows.axis > 1) return null;
  if (c.node.outputs.length === 1) return [rows];
  const row = sizeOf(c.shape(0)) / c.count;
  return rows.axis === 0 && rows.each === 1 ? [rows, { ...rows, offset: row }] : null;
}

function maxUnpool(c: RowContext): RowResult {
  const [x, index] = [c.rows(0), c.rows(1)];
  const row = sizeOf(c.outputShape(0)) / c.count;
  return x?.axis === 0 && x.each === 1 && index?.axis === 0 && index.offset === row ? [x] : null;
}

const channels: RowRule = (c) => (c.rows(0)!.axis <= 1 ? sameForAll(c, c.rows(0)) : null);

/** Whether a node's inputs meet element by element, so that one that is repeated can be cut to length. */
export const isElementwise = (node: GraphNode): boolean =>
  node.domain === "" && (elementwiseOps.includes(node.op) || node.op === "Concat");

const elementwiseOps = [
  ...["Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Sum", "Mean", "Mod", "Where", "Clip"],
  ...["Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "And", "Or", "Xor", "Not"],
  ...["Identity", "Cast", "Neg", "Abs", "Sign", "Exp", "Log", "Sqrt", "Reciprocal", "Erf"],
  ...["Sin", "Cos", "Tan", "Tanh", "Floor", "Ceil", "Round", "IsNaN", "IsInf"],
  ...["Relu", "LeakyRelu", "PRelu", "Sigmoid", "Elu", "Selu", "Celu", "Softplus", "Softsign"],
  ...["HardSigmoid", "HardSwish", "Swish", "Mish", "Gelu", "ThresholdedRelu", "Shrink"],
];

const rules: Record<string, RowRule> = {
  ...Object.fromEntries(elementwiseOps.map((op) => [op, elementwise])),
  Conv: convolution,
  ConvTranspose: (c) => (c.rows(1) || c.rows(2) ? null : first(c)),
  MaxPool: maxPool,
  MaxUnpool: maxUnpool,
  AveragePool: channels,
  GlobalAveragePool: channels,
  GlobalMaxPool: channels,
  InstanceNormalization: (c) => (c.rows(1) || c.rows(2) ? null : first(c)),
  LRN: first,
  SpaceToDepth: first,
  DepthToSpace: first,
  // Inference: the statistics are given.
  BatchNormalization: (c) =>
    [1, 2, 3, 4].some((i) => c.rows(i)) || attribute(c.node, "training_mode", "int", 0) !== 0
      ? null
      : first(c),
  Gemm: gemm,
  MatMul: matmul,
  Reshape: reshape,
  Flatten: reshape,
  Squeeze: reshape,
  Unsqueeze: reshape,
  Concat: concat,
  Transpose(c) {
    const rows = c.rows(0)!;
    const rank = c.shape(0).length;
    const reversed = Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
    const perm = attribute(c.node, "perm", "ints", reversed);
    return sameForAll(c, { ...rows, axis: perm.indexOf(rows.axis) });
  },
  Expand(c) {
    const rows = c.rows(0)!;
    const axis = rows.axis + c.outputShape(0).length - c.shape(0).length;
    return sameForAll(c, { ...rows, axis });
  },
  Split: besides(axisAttribute(0)),
  Softmax: besides(axisAttribute(-1)),
  LogSoftmax: besides(axisAttribute(-1)),
  LayerNormalization: besides((c, rank) => {
    const [from] = axisAttribute(-1)(c, rank);
    return Array.from({ length: rank - from! }, (_, i) => from! + i);
  }),
  ArgMax: besides(axisAttribute(0)),
  // The index has no rows of its own.
  Gather: (c) => (c.rows(1) ? null : gather(c)),
  Slice: besides(({ node, facts }, rank) =>
    node.inputs[3]
      ? facts.integers(node.inputs[3])?.map((axis) => normalizeAxis(axis, rank))
      : facts.integers(node.inputs[1])?.map((_, axis) => axis),
  ),
  Pad: besides(({ node, facts }, rank) => {
    const pads = facts.integers(node.inputs[1]);
    if (pads === undefined || node.inputs[3]) return undefined;
    return pads.flatMap((pad, i) => (pad === 0 ? [] : [i % rank]));
  }),
  ...Object.fromEntries(
    ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL2"].map((op) => [
      op,
      reduction,
    ]),
  ),
};

function gather(c: RowContext): RowResult {
  const rows = c.rows(0)!;
  const [axis] = axisAttribute(0)(c, c.shape(0).length);
  if (axis === rows.axis || rows.offset !== undefined) return null;
  const added = axis! < rows.axis ? c.shape(1).length - 1 : 0;
  return [{ axis: rows.axis + added, each: rows.each }];
}
