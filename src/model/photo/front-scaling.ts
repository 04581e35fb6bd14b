import { toNumbers } from "../../base/tensor.ts";
import type { GraphNode } from "../../graph/graph.ts";
import { consumers } from "../../graph/traverse.ts";
import type { Network, Port } from "../network.ts";

/** What a network does to its pixels before anything else: `x * multiply + add`, the mean of the channels. */
export interface FrontScaling {
  multiply: number;
  add: number;
}

/** Ops on the way in that leave the values as they are, or take some or a mean of them. */
const passing =
  /^(Identity|Cast|Dropout|Transpose|Reshape|Squeeze|Unsqueeze|Pad|Resize|Upsample|Slice|Clip|AveragePool|MaxPool|QuantizeLinear|DequantizeLinear)$/;

/**
 * The arithmetic with constants between a network's photo and its first layer that mixes pixels or channels:
 * a Rescaling, a Normalization, preprocessing that was exported with the network.
 *
 * @returns undefined where there is none
 */
export function frontScaling(network: Network, port: Port): FrontScaling | undefined {
  const { graph } = network;
  const readers = consumers(graph);
  let value = port.value;
  let [multiply, add] = [1, 0];
  let found = false;
  for (;;) {
    const nodes = readers.get(value) ?? [];
    // What measures the photo's shape is no way in.
    const [node, ...others] = nodes.filter(({ op }) => op !== "Shape");
    if (node === undefined || others.length > 0) break;
    const step = stepOf(network, node, value);
    if (step === undefined) break;
    [multiply, add] = [multiply * step.multiply, add * step.multiply + step.add];
    found ||= step.multiply !== 1 || step.add !== 0;
    value = node.outputs[0]!;
  }
  return found ? { multiply, add } : undefined;
}

/** What one node does to a value; undefined of one that does more. */
function stepOf(network: Network, node: GraphNode, value: string): FrontScaling | undefined {
  const { initializers } = network.graph;
  if (passing.test(node.op) && node.inputs[0] === value) return { multiply: 1, add: 0 };
  const [first, second] = node.inputs;
  const constant = initializers.get((first === value ? second : first) ?? "");
  if (constant === undefined || constant.type === "string") return undefined;
  const numbers = toNumbers(constant);
  const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  const isLeft = first === value;
  switch (node.op) {
    case "Mul":
      return { multiply: mean, add: 0 };
    case "Div":
      return isLeft && mean !== 0 ? { multiply: 1 / mean, add: 0 } : undefined;
    case "Add":
      return { multiply: 1, add: mean };
    case "Sub":
      return isLeft ? { multiply: 1, add: -mean } : { multiply: -1, add: mean };
    default:
      return undefined;
  }
}

/** Whether the arithmetic is meant for pixels from 0 to 1: what it makes 0 lies there, and it stretches. */
export const expectsUnit = ({ multiply, add }: FrontScaling): boolean =>
  multiply >= 1.5 && -add / multiply > -0.01 && -add / multiply < 1.01;
