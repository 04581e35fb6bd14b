import { pushAll } from "../../../base/extremes.ts";
import { TfAttributes, type TfNode } from "../graph-def.ts";
import { placeOf, sortTfNodes } from "../sort-nodes.ts";
import { withoutDead } from "./without-dead.ts";

/** Between the random numbers and the mask that they make: `floor(keep + u)`, `u >= rate`. */
const maskOps =
  /^(Identity|Cast|Floor|Add|AddV2|AddN|Sub|Mul|GreaterEqual|Greater|Less|LessEqual|ZerosLike|Reshape)$/;
const applies = /^(Mul|Select|SelectV2)$/;

/**
 * Dropout of TensorFlow 1 and 2 as it stands in a frozen graph: what it is applied to passes, as at
 * inference, whatever the rate is. The scaling that goes with it passes too.
 *
 * @see https://www.tensorflow.org/api_docs/python/tf/nn/dropout
 */
export function passDropout(
  nodes: readonly TfNode[],
  outputs?: readonly string[],
): { nodes: TfNode[]; passed: string[] } {
  if (!nodes.some(({ op }) => op === "RandomUniform")) return { nodes: [...nodes], passed: [] };
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const pictures = dataNodes(nodes);
  const masks = new Set(nodes.flatMap(({ op, name }) => (op === "RandomUniform" ? [name] : [])));
  const changed = new Map<string, TfNode>();
  const unread: string[] = [];
  for (const node of sortTfNodes(nodes)) {
    const read = node.inputs.filter((input) => !input.startsWith("^")).map((i) => placeOf(i)[0]);
    if (!read.some((name) => masks.has(name))) continue;
    const others = node.inputs.filter((input, i) => {
      const name = read[i];
      return !input.startsWith("^") && name !== undefined && !masks.has(name) && pictures.has(name);
    });
    const [data] = others;
    if (others.length === 1 && data !== undefined && applies.test(node.op)) {
      const inputs = [unscaled(data, byName, pictures)];
      changed.set(node.name, { ...node, op: "Identity", inputs });
      pushAll(unread, node.inputs);
    } else if (others.length === 0 && maskOps.test(node.op)) masks.add(node.name);
  }
  const left = nodes.map((node) => changed.get(node.name) ?? node);
  return { nodes: withoutDead(left, unread, outputs), passed: [...changed.keys()] };
}

/** What was divided by the share that is kept, or multiplied by its inverse. */
function unscaled(
  input: string,
  byName: ReadonlyMap<string, TfNode>,
  pictures: ReadonlySet<string>,
): string {
  const node = byName.get(placeOf(input)[0]);
  if (node === undefined || !/^(RealDiv|Div|Mul)$/.test(node.op)) return input;
  const [a = "", b = ""] = node.inputs;
  if (pictures.has(placeOf(a)[0]) && !pictures.has(placeOf(b)[0])) return a;
  return node.op === "Mul" && pictures.has(placeOf(b)[0]) && !pictures.has(placeOf(a)[0])
    ? b
    : input;
}

/** The nodes whose numbers follow from what is fed; what follows from its shape alone does not count. */
function dataNodes(nodes: readonly TfNode[]): Set<string> {
  const data = new Set<string>();
  for (const node of sortTfNodes(nodes)) {
    const { name, op, inputs } = node;
    if (/^(Shape|Size|Rank|RandomUniform|ZerosLike)$/.test(op)) continue;
    // A single number that is fed is the rate, whatever it is called.
    const isFed =
      /^Placeholder(WithDefault)?$/.test(op) && new TfAttributes(node).shape("shape")?.length !== 0;
    if (isFed || inputs.some((input) => data.has(placeOf(input)[0]))) data.add(name);
  }
  return data;
}
