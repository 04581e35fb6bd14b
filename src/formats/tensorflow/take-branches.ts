import type { TfNode } from "./graph-def.ts";
import { Scalars } from "./scalars.ts";
import { placeOf, sortTfNodes } from "./sort-nodes.ts";

/**
 * Decides the branches of TensorFlow 1 that a constant decides, as whether a network is in training: a
 * Switch passes its value to one of its outputs, what reads the other one is dead, and a Merge takes
 * the input that is not. Where a photo decides, the nodes stay.
 *
 * @see https://www.tensorflow.org/api_docs/python/tf/raw_ops/Switch
 */
export function takeBranches(nodes: readonly TfNode[]): TfNode[] {
  if (!nodes.some(({ op }) => op === "Switch")) return [...nodes];
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const scalars = new Scalars((name) => byName.get(name));
  /** Values that are never made, as inputs write them: `cond/Switch:1`. */
  const dead = new Set<string>();
  const isDead = (input: string) => {
    const [name, output] = placeOf(input);
    return dead.has(`${name}:${output}`);
  };
  const taken = new Map<string, TfNode>();
  for (const node of sortTfNodes(nodes)) {
    const { name, op, inputs } = node;
    if (op === "Merge") {
      const live = inputs.filter((input) => !input.startsWith("^") && !isDead(input));
      if (live.length === 1) taken.set(name, { ...node, op: "Identity", inputs: live });
      if (live.length > 0) continue;
    }
    if (inputs.some(isDead)) {
      // Few ops have more than two outputs, and no branch hangs on the third.
      for (const output of [0, 1, 2]) dead.add(`${name}:${output}`);
      continue;
    }
    const decided = op === "Switch" ? scalars.number(inputs[1] ?? "") : undefined;
    if (decided === undefined) continue;
    dead.add(`${name}:${decided ? 0 : 1}`);
    taken.set(name, { ...node, op: "IdentityN", inputs: [inputs[0]!, inputs[0]!] });
  }
  return nodes.map((node) => taken.get(node.name) ?? node);
}
