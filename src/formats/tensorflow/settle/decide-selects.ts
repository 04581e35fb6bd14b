import type { TfNode } from "../graph-def.ts";
import { Scalars } from "../scalars.ts";
import { withoutDead } from "./without-dead.ts";

/**
 * A select between two branches that a constant decides passes on the one that is taken; the other one, which
 * nobody reads any more, is gone. Branches of TensorFlow 2 are written out before it is known that a network is
 * not in training.
 */
export function decideSelects(
  nodes: readonly TfNode[],
  outputs: readonly string[] | undefined,
): TfNode[] {
  if (!nodes.some(({ op }) => chooses.test(op))) return [...nodes];
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const scalars = new Scalars((name) => byName.get(name));
  const unread: string[] = [];
  const decided = nodes.map((node): TfNode => {
    if (!chooses.test(node.op)) return node;
    const [condition = "", yes = "", no = ""] = node.inputs;
    const flag = scalars.number(condition);
    if (flag === undefined) return node;
    const [taken, other] = flag ? [yes, no] : [no, yes];
    // A single number becomes as large as the other branch is.
    if (scalars.number(taken) !== undefined && scalars.number(other) === undefined) return node;
    unread.push(other, condition);
    return { ...node, op: "Identity", inputs: [taken] };
  });
  return withoutDead(decided, unread, outputs);
}

const chooses = /^Select(V2)?$/;
