import { sameShape, sizeOf } from "../../../base/shape.ts";
import { attribute } from "../../attributes.ts";
import type { GraphBuilder } from "../../builder.ts";
import type { GraphNode } from "../../graph.ts";
import type { GraphFacts } from "../facts.ts";
import { matchPoolIndices, writePoolIndices } from "../step/max-pool-gradient.ts";
import type { Affines } from "./nchwc-affine.ts";
import { NCHWC } from "./nchwc-layout.ts";
import type { WeightOrder } from "./nchwc-weights.ts";
import type { NchwcWriting } from "./nchwc-writing.ts";
import { window2d } from "../windows.ts";

/** What a rule has at hand. */
export interface NchwcContext extends NchwcWriting {
  affines: Affines;
}

/** Writes a node in the blocked layout, if it can and should be; says whether it did. */
type NchwcRule = (context: NchwcContext) => boolean;

export function nchwcRule(node: GraphNode): NchwcRule | undefined {
  return node.domain === "" && Object.hasOwn(rules, node.op) ? rules[node.op] : undefined;
}

const blocked = { domain: NCHWC };

/** A convolution is always better blocked; a Relu behind it comes for nothing. */
function conv(c: NchwcContext): boolean {
  const { node, facts, layouts, b } = c;
  const [x, w, bias] = node.inputs as [string, string, string?];
  const order = weightOrder(c);
  if (order === undefined) return false;
  if (order === "plain" && facts.shape(x)![1] === 1 && transformRows(c)) return true;
  const constant = facts.constant(w);
  const weights = constant
    ? b.constant(c.weights.reorderedTensor(constant, order), `${w}/blocked`)
    : c.weights.reordered(w, order);
  const relu = onlyReader(facts, node, "Relu");
  if (relu) c.take(relu);
  const inputs = [order === "plain" ? layouts.plain(x) : layouts.blocked(x), weights];
  if (bias) inputs.push(layouts.plain(bias));
  const [output] = (relu ?? node).outputs as [string];
  const activation = relu ? { activation: "Relu" } : {};
  const attributes = { ...node.attributes, ...activation };
  b.op("Conv", inputs, attributes, { ...blocked, outputs: [layouts.make(output)] });
  return true;
}

/** The order of the weights that a blocked form of this convolution needs; undefined where there is none. */
function weightOrder({
  node,
  facts,
  layouts,
  weights,
  block,
}: NchwcContext): WeightOrder | undefined {
  const [x, w] = node.inputs as [string, string];
  const window = window2d(facts, node);
  // What the outer graph does not hold is made anew for each part of the batch, and is no weight.
  const own = facts.constant(w)?.shape ?? weights.shape(w);
  if (window === undefined || own === undefined || !layouts.fits(node.outputs[0]!))
    return undefined;
  const channels = facts.shape(x)![1]!;
  if (window.group === 1)
    return channels % block === 0 ? "blocked" : channels < block ? "plain" : undefined;
  const isDepthwise = window.group === channels && own[0] === channels && channels % block === 0;
  return isDepthwise ? "depthwise" : undefined;
}

/**
 * A convolution from one channel to a block of them, whose result is then laid out with the channels
 * first, as the transformations of Winograd's method are: in memory the blocked result has the channels
 * last, and ReorderOutput is that transposition.
 */
function transformRows(c: NchwcContext): boolean {
  const { node, facts, layouts, b, block } = c;
  const cut = onlyReader(facts, node, "Reshape");
  const turn = cut && onlyReader(facts, cut, "Transpose");
  const parts = facts.shape(cut?.outputs[0]);
  const constant = facts.constant(node.inputs[1]);
  if (!turn || !constant || parts?.length !== 4 || node.inputs[2]) return false;
  const [rows, planes, channels, tiles] = parts as [number, number, number, number];
  const perm = attribute(turn, "perm", "ints", []);
  if (rows !== 1 || channels !== block || !sameShape(perm, [2, 1, 0, 3])) return false;
  c.take(cut);
  c.take(turn);
  const weights = b.constant(c.weights.reorderedTensor(constant, "plain"), "transform");
  const made = b.op("Conv", [layouts.plain(node.inputs[0]!), weights], node.attributes, blocked);
  const image = b.op("Reshape", [made, b.i64([1, block, planes, tiles])]);
  const plain = b.op("ReorderOutput", [image], { channels: block }, blocked);
  const shape = b.i64([block, planes, 1, tiles]);
  b.op("Reshape", [plain, shape], {}, { outputs: turn.outputs });
  layouts.setPlain(turn.outputs[0]!);
  return true;
}

function onlyReader(facts: GraphFacts, node: GraphNode, op: string): GraphNode | undefined {
  const name = node.outputs[0]!;
  const [reader] = facts.readers(name);
  return facts.isReadOnce(name) && reader?.op === op ? reader : undefined;
}

/** A pool stays in the layout that it finds. */
function pool({ node, layouts, b }: NchwcContext): boolean {
  const [x] = node.inputs as [string];
  if (!layouts.isBlocked(x) || node.outputs.length > 1) return false;
  const outputs = [layouts.make(node.outputs[0]!)];
  b.op(node.op, [layouts.blocked(x)], node.attributes, { ...blocked, outputs });
  return true;
}

/** One number for each channel: blocked or plain, that is the same memory. */
function globalPool({ node, layouts, b }: NchwcContext): boolean {
  const [x] = node.inputs as [string];
  if (!layouts.isBlocked(x)) return false;
  b.op(node.op, [layouts.blocked(x)], {}, { ...blocked, outputs: node.outputs });
  layouts.setPlain(node.outputs[0]!);
  return true;
}

/** Sums over space, or space and batch: from the mean of each channel. */
function spatialSum({ node, facts, layouts, b }: NchwcContext): boolean {
  const [x] = node.inputs as [string];
  const axes = facts.integers(node.inputs[1]);
  const shape = facts.shape(x);
  const after = facts.shape(node.outputs[0]);
  if (!layouts.isBlocked(x) || !axes || !shape || !after) return false;
  const sorted = axes.map((axis) => (axis < 0 ? axis + 4 : axis)).sort();
  const overBatch = sameShape(sorted, [0, 2, 3]);
  if (!overBatch && !sameShape(sorted, [2, 3])) return false;
  const [rows, , height, width] = shape as [number, number, number, number];
  let sum = b.op("GlobalAveragePool", [layouts.blocked(x)], {}, blocked);
  if (overBatch && rows > 1) sum = b.op(node.op, [sum, b.i64([0])], { keepdims: 1 });
  sum = b.op("Reshape", [sum, b.i64(after)]);
  const factor = node.op === "ReduceMean" ? 1 : height * width;
  b.op("Mul", [sum, b.f32(factor)], {}, { outputs: node.outputs });
  layouts.setPlain(node.outputs[0]!);
  return true;
}

/**
 * Element by element: in blocked form as soon as one input is. An operand with one number for each
 * channel (and row) meets the others under the shape `[N, C / block, H W, block]`.
 */
function elementwise(c: NchwcContext): boolean {
  if (affineOps.includes(c.node.op) && c.affines.take(c)) return true;
  if (c.node.op === "Relu" && c.affines.takeRelu(c)) return true;
  if ((c.node.op === "Add" || c.node.op === "Sum") && c.affines.takeSum(c)) return true;
  const { node, facts, layouts, b, block } = c;
  const [output] = node.outputs as [string];
  const shape = facts.shape(output);
  const given = node.inputs.filter((name) => name !== "");
  if (!shape || !layouts.fits(output) || !given.some((name) => layouts.isBlocked(name)))
    return false;
  const kinds = given.map((name) => operandKind(facts, name, shape));
  if (kinds.some((kind) => kind === undefined)) return false;
  const perChannel = kinds.includes("channel");
  const [rows, channels, height, width] = shape as [number, number, number, number];
  const view = (value: string, lengths: readonly number[]) =>
    b.op("Reshape", [value, b.i64(lengths)]);
  const inputs = given.map((name, i) => {
    if (kinds[i] === "channel") {
      const own = sizeOf(facts.shape(name)!) / channels;
      return view(layouts.plain(name), [own, channels / block, 1, block]);
    }
    if (kinds[i] !== "full") return layouts.plain(name);
    const value = layouts.blocked(name);
    const own = facts.shape(name)!;
    return perChannel ? view(value, [own[0]!, channels / block, height * width, block]) : value;
  });
  const all = node.inputs.map((name) => (name === "" ? "" : inputs.shift()!));
  if (!perChannel) {
    b.op(node.op, all, node.attributes, { outputs: [layouts.make(output)] });
    return true;
  }
  const made = b.op(node.op, all, node.attributes);
  const outputs = [layouts.make(output)];
  b.op("Reshape", [made, b.i64([rows, channels, height, width])], {}, { outputs });
  return true;
}

/** How an operand broadcasts to `[N, C, H, W]`; undefined where the blocked form has no such thing. */
function operandKind(
  facts: GraphFacts,
  name: string,
  shape: readonly number[],
): "full" | "channel" | "row" | undefined {
  const own = facts.shape(name);
  if (own === undefined || own.length > 4) return undefined;
  const [n, c, h, w] = [...new Array<number>(4 - own.length).fill(1), ...own] as [
    number,
    number,
    number,
    number,
  ];
  if (c === 1 && h === 1 && w === 1) return "row";
  if (c !== shape[1]) return undefined;
  if (h === 1 && w === 1 && (shape[2] !== 1 || shape[3] !== 1)) return "channel";
  const isFull = h === shape[2] && w === shape[3] && own.length === 4;
  return isFull && (n === shape[0] || facts.constant(name)) ? "full" : undefined;
}

/** Crops and zeros in space, under the shape `[N, C / block, H, W, block]`. */
function spatial({ node, facts, layouts, b, block }: NchwcContext): boolean {
  const [x] = node.inputs as [string];
  const [output] = node.outputs as [string];
  if (!layouts.isBlocked(x) || !layouts.fits(output)) return false;
  // Without a reader that takes it blocked, the result would have to be brought back.
  if (!facts.readers(output).some((reader) => nchwcRule(reader))) return false;
  const rest = node.op === "Slice" ? sliceInputs(facts, node) : padInputs(facts, node, b);
  if (rest === undefined) return false;
  const cut = ([n, c, h, w]: readonly number[]) => b.i64([n!, c! / block, h!, w!, block]);
  const view = b.op("Reshape", [layouts.blocked(x), cut(facts.shape(x)!)]);
  const made = b.op(node.op, [view, ...rest], node.attributes);
  const outputs = [layouts.make(output)];
  b.op("Reshape", [made, b.i64(facts.shape(output)!)], {}, { outputs });
  return true;
}

/** The axes of space are the same two in both shapes. */
function sliceInputs(facts: GraphFacts, node: GraphNode): string[] | undefined {
  const axes = facts.integers(node.inputs[3]);
  return axes?.every((axis) => axis === 2 || axis === 3) ? node.inputs.slice(1) : undefined;
}

function padInputs(facts: GraphFacts, node: GraphNode, b: GraphBuilder): string[] | undefined {
  const pads = facts.integers(node.inputs[1]);
  if (pads?.length !== 8 || node.inputs[3]) return undefined;
  const isSpatial = pads.every((pad, i) => i % 4 > 1 || pad === 0);
  const value = node.inputs[2] ? [node.inputs[2]] : [];
  return isSpatial ? [b.i64([...pads.slice(0, 4), 0, ...pads.slice(4), 0]), ...value] : undefined;
}

/** MaxUnpool writes to flat indices, so that it serves any layout: only the indices are others. */
function unpool({ node, facts, layouts, b, block }: NchwcContext): boolean {
  const [g, index] = node.inputs as [string, string];
  const [output] = node.outputs as [string];
  const match = matchPoolIndices(facts, index);
  const blockedHere = [g, match?.row, match?.column].some(
    (name) => name && layouts.isBlocked(name),
  );
  if (match === undefined || !blockedHere || !layouts.fits(output)) return false;
  const shape = facts.shape(output)!;
  const places = writePoolIndices(b, {
    row: layouts.blocked(match.row),
    column: layouts.blocked(match.column),
    shape,
    block,
    arrange: (last) => layouts.blockedTensor(last),
    starts: match.starts,
  });
  const inputs = [layouts.blocked(g), places, node.inputs[2]!];
  b.op("MaxUnpool", inputs, node.attributes, { outputs: [layouts.make(output)] });
  return true;
}

/** Joined along the channels, each part a whole number of blocks. */
function concat({ node, layouts, b }: NchwcContext): boolean {
  const axis = attribute(node, "axis", "int", 0);
  const fits = (axis === 1 || axis === -3) && node.inputs.every((name) => layouts.fits(name));
  if (!fits || !node.inputs.some((name) => layouts.isBlocked(name))) return false;
  const inputs = node.inputs.map((name) => layouts.blocked(name));
  b.op("Concat", inputs, node.attributes, { outputs: [layouts.make(node.outputs[0]!)] });
  return true;
}

const affineOps = ["Mul", "Div", "Add", "Sub", "Sum"];

const elementwiseOps = [
  ...["Add", "Sub", "Mul", "Div", "Max", "Min", "Sum", "Where", "Clip", "Pow"],
  ...["Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "And", "Or", "Xor", "Not"],
  ...["Identity", "Cast", "Neg", "Abs", "Sign", "Exp", "Log", "Sqrt", "Reciprocal", "Erf"],
  ...["Relu", "LeakyRelu", "Sigmoid", "Tanh", "Elu", "Selu", "Softplus", "Softsign"],
  ...["HardSigmoid", "HardSwish", "Mish", "Gelu", "ThresholdedRelu"],
];

const rules: Record<string, NchwcRule> = {
  ...Object.fromEntries(elementwiseOps.map((op) => [op, elementwise])),
  Conv: conv,
  MaxPool: pool,
  AveragePool: pool,
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
  ReduceSum: spatialSum,
  ReduceMean: spatialSum,
  Slice: spatial,
  Pad: spatial,
  MaxUnpool: unpool,
  Concat: concat,
};
