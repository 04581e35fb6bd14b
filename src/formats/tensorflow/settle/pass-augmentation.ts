import { type Tensor, tensor } from "../../../base/tensor.ts";
import type { TfNode } from "../graph-def.ts";
import { nodesBehind, placeOf, sortTfNodes } from "../sort-nodes.ts";
import { withoutDead } from "./without-dead.ts";

const draws = /^StatelessRandomUniform(V2)?$/;
const moves = /^ImageProjectiveTransformV[23]$/;
const chooses = /^Select(V2)?$/;
/** What follows from a value's shape alone is not random. */
const measures = /^(Shape|Size|Rank|ZerosLike|OnesLike)$/;

/**
 * Augmentation that was exported with a network, as Keras 3 exports it: a photo that is turned by chance goes on
 * as it is, of two photos of which chance would choose the one that is not mirrored is taken, a random factor or
 * summand of the photo (contrast, brightness, hue) is left out, and all other random numbers take the middle of
 * their range.
 *
 * @param outputs what the graph gives, where it says so
 */
export function passAugmentation(
  given: readonly TfNode[],
  outputs: readonly string[] | undefined,
): { nodes: TfNode[]; passed: string[]; constants: Map<string, Tensor> } {
  const constants = new Map<string, Tensor>();
  if (!given.some(({ op }) => draws.test(op))) return { nodes: [...given], passed: [], constants };
  const { nodes, passed } = withoutShades(given, outputs);
  const random = randomNodes(nodes);
  const isRandom = (input = "") => random.has(placeOf(input)[0]);
  const identity = (node: TfNode, input: string): TfNode => ({
    ...node,
    op: "Identity",
    inputs: [input],
  });
  const byName = new Map(nodes.map((node) => [node.name, node]));
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

/** What chance decides of a photo here is settled by {@link passAugmentation}. */
const goesOn = /^(Select(V2)?|ImageProjectiveTransformV[23])$/;
const shades = /^(Mul|Add|AddV2|Sub|RealDiv|Div)$/;

/** A random number by which the photo would be multiplied, or that would be added to it, is left out. */
function withoutShades(
  nodes: readonly TfNode[],
  outputs: readonly string[] | undefined,
): { nodes: TfNode[]; passed: string[] } {
  const random = new Set<string>();
  const data = new Set<string>();
  const changed = new Map<string, TfNode>();
  for (const node of sortTfNodes(nodes)) {
    const { name, op, inputs } = node;
    if (measures.test(op)) continue;
    const read = inputs.map((input) => placeOf(input)[0]);
    const isOfChance = read.some((each) => random.has(each));
    const isOfPhoto = read.some((each) => data.has(each)) || /^Placeholder/.test(op);
    const [first = "", second = ""] = read;
    const isCommutative = !/^(Sub|RealDiv|Div)$/.test(op);
    const kept =
      data.has(first) && !random.has(first) && random.has(second) && !data.has(second)
        ? inputs[0]
        : isCommutative && data.has(second) && !random.has(second) && !data.has(first)
          ? inputs[1]
          : undefined;
    if (isOfPhoto) data.add(name);
    if (shades.test(op) && isOfChance && kept !== undefined)
      changed.set(name, { ...node, op: "Identity", inputs: [kept] });
    else if (draws.test(op) || (isOfChance && !goesOn.test(op))) random.add(name);
  }
  const left = nodes.map((node) => changed.get(node.name) ?? node);
  const unread = nodes.flatMap(({ name, inputs }) => (changed.has(name) ? inputs : []));
  return { nodes: withoutDead(left, unread, outputs), passed: [...changed.keys()] };
}

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
