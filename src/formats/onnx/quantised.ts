import type { Graph } from "../../graph/graph.ts";

/** Scale and zero point, as graph values, of a value that holds integer codes for real numbers. */
export interface Codes {
  scale: string;
  zeroPoint: string;
}

/** Where ops that compute in codes keep scale and zero point of what they make, by input number. */
const scaleInput: Readonly<Record<string, number>> = {
  QuantizeLinear: 1,
  QLinearConv: 6,
  QLinearMatMul: 6,
  QLinearAdd: 6,
  QLinearMul: 6,
  QLinearLeakyRelu: 3,
  QLinearSigmoid: 3,
  QLinearSoftmax: 3,
  QLinearAveragePool: 3,
  QLinearGlobalAveragePool: 3,
  QLinearReduceMean: 3,
  QLinearConcat: 0,
  QGemm: 7,
};

/** Ops that move or choose elements: their output has the codes of their first input. */
const moves =
  /^(MaxPool|GlobalMaxPool|Reshape|Transpose|Flatten|Squeeze|Unsqueeze|Identity|Slice|Gather|Split|DepthToSpace|SpaceToDepth|Expand|Tile)$/;

/** The values of a graph that hold codes, with one scale for the whole tensor. */
export function quantisedValues(graph: Graph): Map<string, Codes> {
  const found = new Map<string, Codes>();
  for (const node of graph.nodes) {
    const at = Object.hasOwn(scaleInput, node.op) ? scaleInput[node.op] : undefined;
    const own =
      at === undefined
        ? moves.test(node.op)
          ? found.get(node.inputs[0] ?? "")
          : undefined
        : { scale: node.inputs[at] ?? "", zeroPoint: node.inputs[at + 1] ?? "" };
    if (own === undefined || !isSingle(graph, own.scale)) continue;
    const outputs = node.op === "MaxPool" ? node.outputs.slice(0, 1) : node.outputs;
    for (const output of outputs) if (output !== "") found.set(output, own);
  }
  return found;
}

const isSingle = (graph: Graph, scale: string): boolean =>
  graph.initializers.get(scale)?.data.length === 1;

/** Ops that multiply by weights: what a quantiser joins with the activation behind. */
const linear = new Set(["QLinearConv", "QLinearMatMul", "QGemm", "QLinearAdd"]);

/**
 * The results of linear ops whose codes begin at zero: they hold no negative numbers, since the Relu
 * behind was joined with the op.
 */
export function rectifiedValues(graph: Graph): Set<string> {
  const found = new Set<string>();
  for (const node of graph.nodes) {
    if (!linear.has(node.op)) continue;
    const zeroPoint = graph.initializers.get(node.inputs[scaleInput[node.op]! + 1] ?? "");
    const lowest = zeroPoint && { uint8: 0, int8: -128 }[zeroPoint.type as string];
    if (lowest !== undefined && Number(zeroPoint!.data[0]) === lowest) found.add(node.outputs[0]!);
  }
  return found;
}
