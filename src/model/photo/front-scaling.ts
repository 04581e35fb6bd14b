import { toNumbers } from "../../base/tensor.ts";
import type { Graph, GraphNode } from "../../graph/graph.ts";
import { producers } from "../../graph/traverse.ts";
import type { Network, Port } from "../network.ts";

/** What a network does to its pixels before anything else: `x * multiply + add`, the mean of the channels. */
export interface FrontScaling {
  multiply: number;
  add: number;
}

/** Ops on the way in that leave the values as they are, or take some or a mean of them. */
const passing =
  /^(Identity|Cast|Dropout|Transpose|Reshape|Flatten|Squeeze|Unsqueeze|Pad|Resize|Upsample|Slice|Split|Gather|Clip|AveragePool|MaxPool|ReduceMean|QuantizeLinear|DequantizeLinear)$/;
/** Ops that measure a value's shape are no way in. */
const measuring = /^(Shape|Size)$/;

/**
 * The arithmetic with constants between a network's photo and the first layers that mix pixels or channels:
 * a Rescaling, a Normalization, preprocessing that was exported with the network, whether it takes the
 * colours at once or apart.
 *
 * @returns undefined where there is none
 */
export function frontScaling(network: Network, port: Port): FrontScaling | undefined {
  const { graph } = network;
  const constants = new Constants(graph);
  const scaled = new Map<string, FrontScaling>([[port.value, { multiply: 1, add: 0 }]]);
  /** Pixels whose colours were worked on otherwise (hue, contrast, a blur): bytes are still bytes. */
  const worked = new Set<string>();
  for (const node of graph.nodes) {
    const toOne = bytesToOne(node, worked, constants);
    if (toOne !== undefined) return toOne;
    if (node.inputs.some((name) => worked.has(name)) && !kernels.test(node.op))
      for (const name of node.outputs) worked.add(name);
    const read = node.inputs.flatMap((name) => scaled.get(name) ?? []);
    if (read.length === 0 || measuring.test(node.op)) continue;
    const made = stepOf(node, scaled, constants);
    if (made !== undefined) for (const name of node.outputs) scaled.set(name, made);
    // Here the network begins. Where it begins in several places, one that is scaled says it.
    else {
      const said = read.find(
        ({ multiply, add }) => multiply !== 0 && (multiply !== 1 || add !== 0),
      );
      if (said !== undefined) return said;
      if (!kernels.test(node.op)) for (const name of node.outputs) worked.add(name);
    }
  }
  return undefined;
}

/** Where the network proper begins. */
const kernels =
  /^(Conv|ConvTranspose|FusedConv|MatMul|Gemm|Einsum|LSTM|GRU|RNN|Softmax|BatchNormalization)$/;

/** A factor that makes one of some 255: of worked pixels it says that they are bytes, and of nothing else. */
function bytesToOne(
  { op, inputs }: GraphNode,
  worked: ReadonlySet<string>,
  constants: Constants,
): FrontScaling | undefined {
  const [first = "", second = ""] = inputs;
  if (!/^(Mul|Div)$/.test(op) || worked.has(first) === worked.has(second)) return undefined;
  const number = constants.meanOf(worked.has(first) ? second : first);
  if (number === undefined || (op === "Div" && !worked.has(first))) return undefined;
  const multiply = op === "Div" ? 1 / number : number;
  return multiply > 1 / 300 && multiply < 1 / 100 ? { multiply, add: 0 } : undefined;
}

/** What a node makes of scaled pixels; undefined of one that does more. */
function stepOf(
  { op, inputs }: GraphNode,
  scaled: ReadonlyMap<string, FrontScaling>,
  constants: Constants,
): FrontScaling | undefined {
  const [first = "", second = ""] = inputs;
  const [x, y] = [scaled.get(first), scaled.get(second)];
  if (passing.test(op)) return x;
  if (op === "BatchNormalization") return x && standardised(x, inputs, constants);
  if (op === "Concat") {
    const parts = inputs.flatMap((name) => scaled.get(name) ?? []);
    return {
      multiply: meanOf(parts.map(({ multiply }) => multiply)),
      add: meanOf(parts.map(({ add }) => add)),
    };
  }
  const sign = op === "Sub" ? -1 : 1;
  // Colours that are weighed and added.
  if (x && y)
    return /^(Add|Sub)$/.test(op)
      ? { multiply: x.multiply + sign * y.multiply, add: x.add + sign * y.add }
      : undefined;
  const own = x ?? y;
  // What is left when the mean of the same pixels is taken off is stretched, and the mean is added again.
  if (own?.multiply === 0 && own.add === 0 && /^(Mul|Div)$/.test(op)) return own;
  const mean = constants.meanOf(x ? second : first);
  if (mean === undefined || own === undefined) return undefined;
  switch (op) {
    case "Mul":
      return { multiply: own.multiply * mean, add: own.add * mean };
    case "Div":
      return x && mean !== 0 ? { multiply: x.multiply / mean, add: x.add / mean } : undefined;
    case "Add":
      return { multiply: own.multiply, add: own.add + mean };
    case "Sub":
      return x
        ? { multiply: x.multiply, add: x.add - mean }
        : { multiply: -own.multiply, add: mean - own.add };
    // Kept within limits.
    case "Min":
    case "Max":
      return own;
    default:
      return undefined;
  }
}

/**
 * A batch normalisation right behind the photo was trained on its pixels: its statistics are theirs. Such as
 * do not tell bytes from values around 0 or up to 1 say nothing.
 */
function standardised(
  x: FrontScaling,
  inputs: readonly string[],
  constants: Constants,
): FrontScaling | undefined {
  const [mean, variance] = [3, 4].map((i) => constants.meanOf(inputs[i] ?? ""));
  if (mean === undefined || variance === undefined || !(variance > 0)) return undefined;
  const deviation = Math.sqrt(variance);
  const isOfBytes = mean > 20 && deviation > 8;
  const isOfUnits = mean > 0.2 && mean < 0.8 && deviation < 0.5;
  return isOfBytes || isOfUnits
    ? { multiply: x.multiply / deviation, add: (x.add - mean) / deviation }
    : undefined;
}

const meanOf = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

/** Larger constants are weights, and no scaling. */
const mostNumbers = 1_000_000;

const unary: Readonly<Record<string, (x: number) => number>> = {
  Identity: (x) => x,
  Cast: (x) => x,
  Reshape: (x) => x,
  Squeeze: (x) => x,
  Unsqueeze: (x) => x,
  Transpose: (x) => x,
  Expand: (x) => x,
  Sqrt: Math.sqrt,
  Neg: (x) => -x,
  Reciprocal: (x) => 1 / x,
};
const binary: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Max: Math.max,
};

/** The mean of constants, and of what is computed of constants alone: `max(sqrt(variance), 1e-7)`. */
class Constants {
  readonly #graph: Graph;
  readonly #made: ReadonlyMap<string, GraphNode>;
  readonly #known = new Map<string, readonly number[]>();
  readonly #means = new Map<string, number>();
  /** Numbers that may still be looked at, of all constants together. */
  #left = 4 * mostNumbers;

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#made = producers(graph);
  }

  /** Undefined of what is no constant, is empty, or is not worth knowing. */
  meanOf(name: string): number | undefined {
    const known = this.#means.get(name);
    if (known !== undefined) return known;
    const numbers = this.#numbers(name, 8);
    if (numbers === undefined || numbers.length === 0) return undefined;
    const mean = meanOf(numbers);
    this.#means.set(name, mean);
    return mean;
  }

  /** The numbers in the order in which they lie. */
  #numbers(name: string, depth: number): readonly number[] | undefined {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const made = this.#left > 0 ? this.#compute(name, depth) : undefined;
    if (made === undefined) return undefined;
    this.#left -= made.length;
    this.#known.set(name, made);
    return made;
  }

  #compute(name: string, depth: number): readonly number[] | undefined {
    const constant = this.#graph.initializers.get(name);
    if (constant !== undefined)
      return constant.type === "string" || constant.data.length > mostNumbers
        ? undefined
        : toNumbers(constant);
    const node = this.#made.get(name);
    if (node === undefined || depth === 0) return undefined;
    const [a, b] = node.inputs.slice(0, 2).map((input) => this.#numbers(input, depth - 1));
    if (a !== undefined && Object.hasOwn(unary, node.op)) return a.map(unary[node.op]!);
    const f = Object.hasOwn(binary, node.op) ? binary[node.op] : undefined;
    if (f === undefined || a === undefined || b === undefined) return undefined;
    const isEven = a.length === b.length || a.length === 1 || b.length === 1;
    // bounded: by constants that are there
    return isEven
      ? Array.from({ length: Math.max(a.length, b.length) }, (_, i) =>
          f(a[i % a.length]!, b[i % b.length]!),
        )
      : undefined;
  }
}

/**
 * The scaling of the photo that arithmetic at the front was made for: what it makes 0 is black, or in the
 * middle of the range.
 */
export function scaleBefore({ multiply, add }: FrontScaling): "none" | "1/255" | "-1..1" {
  const zero = -add / multiply;
  const isIn = (low: number, high: number) => zero > low - 0.01 && zero < high + 0.01;
  // Bytes are no further apart: it stretches smaller numbers, or moves them by a part of one.
  if (isIn(0, 1) && (multiply >= 1.5 || (multiply > 0.9 && zero > 0.05))) return "1/255";
  const isAroundZero = Math.abs(zero + 1) < 0.01 && multiply > 0.2;
  return isAroundZero || (multiply >= 50 && isIn(-1, 0)) ? "-1..1" : "none";
}
