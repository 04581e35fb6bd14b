import { type Tensor, tensor } from "../../../base/tensor.ts";
import type { TfNode } from "../graph-def.ts";
import { nodesBehind, placeOf, sortTfNodes } from "../sort-nodes.ts";

const draws = /^StatelessRandomUniform(V2)?$/;
const moves = /^ImageProjectiveTransformV[23]$/;
const chooses = /^Select(V2)?$/;
/** What follows from a value's shape alone is not random. */
const measures = /^(Shape|Size|Rank|ZerosLike|OnesLike)$/;

/**
 * Augmentation that was exported with a network, as Keras 3 exports it: a photo that is turned by chance goes on
 * as it is, of two photos of which chance would choose the one that is not mirrored is taken, and all other
 * random numbers take the middle of their range.
 *
 * @param outputs what the graph gives, where it says so
 */
export function passAugmentation(
  nodes: readonly TfNode[],
  outputs: readonly string[] | undefined,
): { nodes: TfNode[]; passed: string[]; constants: Map<string, Tensor> } {
  const constants = new Map<string, Tensor>();
  if (!nodes.some(({ op }) => draws.test(op))) return { nodes: [...nodes], passed: [], constants };
  const random = randomNodes(nodes);
  const isRandom = (input = "") => random.has(placeOf(input)[0]);
  const identity = (node: TfNode, input: string): TfNode => ({
    ...node,
    op: "Identity",
    inputs: [input],
  });
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const passed: string[] = [];
  const changed = nodes.flatMap((node): TfNode[] => {
    const [first = "", second = "", third = ""] = node.inputs;
    if (moves.test(node.op) && isRandom(second)) {
      passed.push(node.name);
      return [identity(node, first)];
    }
    if (chooses.test(node.op) && isRandom(first)) {
      const plain = isShortlyBefore(byName, third, second)
        ? third
        : isShortlyBefore(byName, second, third)
          ? second
          : "";
      if (plain === "") return [node];
      passed.push(node.name);
      return [identity(node, plain)];
    }
    if (!draws.test(node.op)) return [node];
    constants.set(halfOf(node), oneHalf);
    return middleOf(node);
  });
  const read = outputs?.map((output) => placeOf(output)[0]);
  return { nodes: read ? nodesBehind(changed, read) : changed, passed, constants };
}

const oneHalf = tensor("float32", [], Float32Array.of(0.5));
const halfOf = ({ name }: TfNode): string => `${name}/half`;

/** As many numbers as would be drawn, each one half. */
const middleOf = (node: TfNode): TfNode[] => [
  { name: halfOf(node), op: "Const", inputs: [], attributes: { value: { tensor: oneHalf } } },
  { name: node.name, op: "Fill", inputs: [node.inputs[0]!, halfOf(node)], attributes: {} },
];

/** The nodes whose numbers follow from random ones. */
function randomNodes(nodes: readonly TfNode[]): Set<string> {
  const random = new Set<string>();
  for (const { name, op, inputs } of sortTfNodes(nodes)) {
    if (measures.test(op)) continue;
    if (draws.test(op) || inputs.some((input) => random.has(placeOf(input)[0]))) random.add(name);
  }
  return random;
}

/** A photo and its mirror image lie a few nodes apart. */
const mostNodes = 256;

/** Whether a value is what another one was made of, not long before. */
function isShortlyBefore(
  byName: ReadonlyMap<string, TfNode>,
  value: string,
  made: string,
): boolean {
  const [wanted] = placeOf(value);
  const before = new Set([placeOf(made)[0]]);
  // The set grows while it is gone through, the nearest first.
  for (const name of before) {
    if (name === wanted) return true;
    if (before.size > mostNodes) return false;
    for (const input of byName.get(name)?.inputs ?? []) before.add(placeOf(input)[0]);
  }
  return false;
}
