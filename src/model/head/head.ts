import { attribute } from "../../graph/attributes.ts";
import type { Dim, Graph, GraphNode } from "../../graph/graph.ts";
import { producers } from "../../graph/traverse.ts";
import type { Network, Port } from "../network.ts";

/**
 * What makes an output out of its logits. `probabilities`: something that keeps its logits to itself (a
 * classical classifier); `logits`: nothing does, or nothing that is known, and the numbers are as the last
 * layer leaves them.
 */
export type HeadKind = "softmax" | "log-softmax" | "sigmoid" | "probabilities" | "logits";

/** The end of a classifier: an output, and the numbers that its softmax or sigmoid makes it of. */
export interface Head {
  /** The output as the user sees it; its `value` is the activated one. */
  readonly port: Port;
  readonly kind: HeadKind;
  /** Graph value before the activation; that of the output itself where the kind is `logits`. */
  readonly logits: string;
  /** Whether the network itself applies the activation; else the loss did, in training (`from_logits`). */
  readonly applied: boolean;
  /** Whether one logit tells two classes apart: it is the second's, the first's with the sign turned. */
  readonly single: boolean;
  /** Whether the logits lie as the output does: nothing but Identity is between activation and output. */
  readonly direct: boolean;
  /**
   * Numbers of the output for one row that tell classes apart; undefined where the file leaves it open.
   * Of maps (a segmentation) those at one place.
   */
  readonly units: number | undefined;
  /** The classes: two for a single sigmoid, whose value is the second's, else the units. */
  readonly classes: number | undefined;
  /** The axis of the output that tells classes apart, as the user counts them. */
  readonly axis: number;
  /** Of maps that come out: the graph axes of the logits that are classes and batch. */
  readonly map?: { readonly channels: number; readonly batch: number };
  /** Names of the classes, where the network has as many. */
  readonly labels?: readonly string[];
  /** What was assumed where neither the file nor its loss says what a number means, in a sentence. */
  readonly assumption?: string;
}

/** Ops that make probabilities of logits. */
const activations: Readonly<Record<string, HeadKind>> = {
  Softmax: "softmax",
  LogSoftmax: "log-softmax",
  Sigmoid: "sigmoid",
};

/** Ops behind an activation that write its numbers in another form, or as the nearest code. */
const transparent =
  /^(Identity|Cast|Dropout|Transpose|Reshape|Flatten|Squeeze|Unsqueeze|Clip|QuantizeLinear|DequantizeLinear|Normalizer)$/;

/**
 * The heads of all outputs that are real numbers, in their order.
 *
 * @param labels names of the classes, where they are not to be the network's own
 */
export function findHeads(
  network: Network,
  labels: readonly string[] | undefined = network.labels,
): Head[] {
  const made = producers(network.graph);
  return network.outputs
    .filter(({ type }) => /float|double/.test(type))
    .map((port) => headOf(network, port, made, labels));
}

/**
 * The head of a network: of its first output that is a list of probabilities, or of what a loss makes such;
 * else of the first list, else of the first output that is real numbers.
 */
export function findHead(network: Network, labels?: readonly string[]): Head | undefined {
  const heads = findHeads(network, labels);
  const lists = heads.filter((head) => isList(head) && !isOfPlaces(head, network));
  const maps = heads.find((head) => !isList(head));
  return lists.find(({ kind }) => kind !== "logits") ?? lists[0] ?? maps ?? heads[0];
}

/** Kinds whose numbers are of one distribution. */
const distributions: ReadonlySet<HeadKind> = new Set(["softmax", "log-softmax"]);

/** Whether an output is one list of numbers for a row, and no maps: `(N, C)`, `(N, C, 1, 1)`, `(N, 1, C)`. */
export const isList = ({ port: { shape }, kind }: Pick<Head, "port" | "kind">): boolean => {
  const inner = shape.slice(1);
  // One number for each of many places, as detectors give it, is no list of classes; what sums to one is.
  const isOfAnchors =
    inner.length === 2 && inner[0] !== 1 && inner[1] === 1 && !distributions.has(kind);
  return !isOfAnchors && inner.filter((length) => length !== 1).length <= 1;
};

/** Whether there are several numbers, a box, for each number of an output: what a detector says of its places. */
const isOfPlaces = ({ port }: Head, { outputs }: Network): boolean =>
  port.shape.length > 1 &&
  outputs.some(
    ({ shape }) =>
      shape.length === port.shape.length + 1 &&
      (shape.at(-1) === 4 || shape.at(-1) === null) &&
      port.shape.every((length, axis) => length === shape[axis]),
  );

/**
 * The head of one output.
 *
 * @param made the node that makes each value, where the caller knows it
 */
export function headOf(
  network: Network,
  port: Port,
  made: ReadonlyMap<string, GraphNode> = producers(network.graph),
  labels: readonly string[] | undefined = network.labels,
): Head {
  const axis = classAxis(port, network.layout);
  const found = activationBehind(network.graph, made, port, axis);
  const intended = network.intended?.[port.name];
  const length = axis.isBatch ? 1 : port.shape[axis.own];
  // One number that two names are given for tells two classes apart.
  const isPair = !found && length === 1 && axis.others.length === 0 && labels?.length === 2;
  const isMargin = isPair && isOfClassical(made, port.value);
  const isShare = isPair && intended === "identity";
  const isGuess = isPair && !isMargin && intended === undefined;
  const read: HeadKind = isShare ? "probabilities" : isGuess ? "sigmoid" : "logits";
  const own = {
    kind: intended === "identity" ? read : (intended ?? read),
    logits: port.value,
    direct: true,
    order: port.order,
  };
  const { kind, logits, direct, order } = found ?? own;
  const isMap = axis.others.length > 0;
  const at = isMap ? (found?.axis ?? axis.own) : axis.own;
  const counted = axis.isBatch ? 1 : port.shape[at];
  const units = typeof counted === "number" ? counted : undefined;
  const single =
    found?.isPair === true || isMargin || isShare || (kind === "sigmoid" && units === 1);
  const classes = single ? 2 : units;
  return {
    port,
    kind,
    applied: found !== undefined || isShare,
    single,
    logits,
    direct,
    units,
    classes,
    axis: at,
    ...(isMap && order ? { map: { channels: order.indexOf(at), batch: order.indexOf(0) } } : {}),
    ...(labels && labels.length === classes ? { labels } : {}),
    ...(isGuess && {
      assumption: `the file does not say what its one number means: taken as the logit of ${labels[1]}`,
    }),
  };
}

/** Whether a value is the score of a classical learner, whose sign says the class. */
function isOfClassical(made: ReadonlyMap<string, GraphNode>, value: string): boolean {
  let node = made.get(value);
  while (node && (transparent.test(node.op) || node.op === "ArrayFeatureExtractor"))
    node = made.get(node.inputs[0]!);
  return node?.domain === "ai.onnx.ml";
}

/** Which axis of an output tells the classes apart, as the user counts them. */
interface ClassAxis {
  own: number;
  /** Further axes that are longer than 1, the batch aside. */
  others: readonly number[];
  /** Whether it is the batch: an output `(N)` has one unit. */
  isBatch: boolean;
}

/** `(N, C)`, `(N, C, 1, 1)`, `(N, 1, 1, C)`, `(C)`, `(C, 1, 1)`; of maps the channels. */
function classAxis({ shape, order }: Port, layout: Network["layout"]): ClassAxis {
  const rank = shape.length;
  if (rank < 2) return { own: 0, others: [], isBatch: rank === 1 && typeof shape[0] !== "number" };
  const long = shape.flatMap((length, axis) => (axis > 0 && length !== 1 ? [axis] : []));
  // `(C, 1, 1)`: one picture without a batch.
  const isAlone = rank === 3 && long.length === 0 && typeof shape[0] === "number" && shape[0] > 1;
  if (isAlone) return { own: 0, others: [], isBatch: false };
  if (long.length < 2) return { own: long[0] ?? rank - 1, others: [], isBatch: false };
  const last = order[1] === rank - 1 || layout === "NHWC" || rank === 3;
  const own = last ? rank - 1 : 1;
  return { own, others: long.filter((axis) => axis !== own), isBatch: false };
}

interface FoundActivation {
  kind: HeadKind;
  logits: string;
  direct: boolean;
  /** The user's axes by the logits' graph axis; undefined behind a Reshape. */
  order: readonly number[] | undefined;
  /** The user's axis that a softmax sums to one. */
  axis?: number;
  /** Whether the output is `[1 - p, p]` of a single sigmoid, as scikit-learn writes two classes. */
  isPair?: boolean;
}

/** Walks from an output up to the softmax or sigmoid that made it. */
function activationBehind(
  graph: Graph,
  made: ReadonlyMap<string, GraphNode>,
  port: Port,
  classes: ClassAxis,
): FoundActivation | undefined {
  let order: readonly number[] | undefined = port.order;
  let direct = true;
  for (let node = made.get(port.value); node; node = made.get(node.inputs[0]!)) {
    const kind = Object.hasOwn(activations, node.op) ? activations[node.op]! : undefined;
    if (kind !== undefined) {
      // Behind a Reshape the axes of maps are lost.
      if (order === undefined && classes.others.length > 0) return undefined;
      const axis = kind === "sigmoid" ? undefined : softmaxAxis(graph, node, order, port.shape);
      if (axis === "other" || (axis !== undefined && !fits(axis, classes))) return undefined;
      return { kind, logits: node.inputs[0]!, direct, order, ...(axis !== undefined && { axis }) };
    }
    if (node.domain === "ai.onnx.ml" && givesProbabilities(node))
      return { kind: "probabilities", logits: port.value, direct: true, order: port.order };
    const second = node.op === "Concat" ? secondOfPair(made, node) : undefined;
    if (second !== undefined) {
      const pair = behindHandedOn(made, second);
      return pair?.op === "Sigmoid"
        ? {
            kind: "sigmoid",
            logits: pair.inputs[0]!,
            direct: false,
            order: undefined,
            isPair: true,
          }
        : undefined;
    }
    if (!transparent.test(node.op)) return undefined;
    direct &&= node.op === "Identity";
    if (node.op === "Transpose") order = order && orderBefore(order, node);
    else if (/^(Reshape|Flatten|Squeeze|Unsqueeze)$/.test(node.op)) order = undefined;
  }
  return undefined;
}

/** Whether a classical classifier (or what scales its scores to the sum 1) gives probabilities. */
function givesProbabilities(node: GraphNode): boolean {
  if (!/Classifier$/.test(node.op)) return false;
  // Trees count votes: their scores are shares without any transformation.
  const transform = attribute(node, "post_transform", "string", "NONE");
  return /^(SOFTMAX|LOGISTIC)/.test(transform) || /^Tree/.test(node.op);
}

/** The value `p` of a node that writes `1 - p` and `p` side by side. */
function secondOfPair(made: ReadonlyMap<string, GraphNode>, node: GraphNode): string | undefined {
  const [first, second] = node.inputs;
  if (node.inputs.length !== 2) return undefined;
  const rest = behindHandedOn(made, first!);
  return rest?.op === "Sub" && rest.inputs[1] === second ? second : undefined;
}

/** The node behind a value, seen through what only rewrites it. */
function behindHandedOn(
  made: ReadonlyMap<string, GraphNode>,
  value: string,
): GraphNode | undefined {
  let node = made.get(value);
  while (node && transparent.test(node.op)) node = made.get(node.inputs[0]!);
  return node;
}

/** A softmax over an axis of length 1, or over the places of a map, is no distribution over classes. */
const fits = (axis: number, { own, others }: ClassAxis) => axis === own || others.includes(axis);

/** The user's axes by graph axis of what a Transpose reads. */
function orderBefore(order: readonly number[], node: GraphNode): readonly number[] {
  const perm = attribute(node, "perm", "ints") ?? order.map((_, axis) => order.length - 1 - axis);
  const before: number[] = [];
  perm.forEach((axis, i) => (before[axis] = order[i]!));
  return before;
}

/**
 * The user's axis that a softmax sums to one; undefined where a Reshape hides it; "other" where it sums
 * several. Before opset 13 it sums over all axes from the given one on.
 */
function softmaxAxis(
  graph: Graph,
  node: GraphNode,
  order: readonly number[] | undefined,
  shape: readonly Dim[],
): number | "other" | undefined {
  if (order === undefined) return undefined;
  const flattens = (graph.opsets.get("") ?? 13) < 13;
  const given = attribute(node, "axis", "int") ?? (flattens ? 1 : -1);
  const first = given < 0 ? given + order.length : given;
  if (!flattens) return order[first];
  const summed = order.slice(first);
  const long = summed.filter((axis) => shape[axis] !== 1);
  return long.length > 1 ? "other" : (long[0] ?? summed.at(-1));
}
