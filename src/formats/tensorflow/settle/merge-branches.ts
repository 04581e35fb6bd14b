import { pushAll } from "../../../base/extremes.ts";
import type { TfNode } from "../graph-def.ts";
import { placeOf } from "../sort-nodes.ts";

/** Nodes of a branch that are gone through in search of its Switch. */
const MOST_STEPS = 10_000;

/**
 * Branches of TensorFlow 1 between which the photo decides: both are computed, and a select takes the place
 * of the Merge. What has been decided already is no Merge any more.
 */
export function mergeBranches(nodes: readonly TfNode[]): TfNode[] {
  if (!nodes.some(({ op }) => op === "Merge")) return [...nodes];
  const byName = new Map(nodes.map((node) => [node.name, node]));
  return nodes.map((node) => {
    if (node.op === "Switch") {
      const [data = ""] = node.inputs;
      return { ...node, op: "IdentityN", inputs: [data, data] };
    }
    const branches =
      node.op === "Merge" ? node.inputs.map((input) => switchBehind(input, byName)) : [];
    const [first] = branches;
    if (branches.length !== 2 || !first || branches[1]?.taken === first.taken) return node;
    const [onTrue = "", onFalse = ""] = first.taken ? node.inputs : [...node.inputs].reverse();
    return { ...node, op: "SelectV2", inputs: [first.condition, onTrue, onFalse] };
  });
}

/** The Switch that a branch comes from: what decides, and whether this is the branch of a yes. */
function switchBehind(
  input: string,
  byName: ReadonlyMap<string, TfNode>,
): { condition: string; taken: boolean } | undefined {
  const open = [input];
  const seen = new Set<string>();
  for (let next = open.shift(); next !== undefined && seen.size < MOST_STEPS; next = open.shift()) {
    const [name, output] = placeOf(next);
    if (seen.has(next)) continue;
    seen.add(next);
    const node = byName.get(name);
    if (node?.op === "Switch") return { condition: node.inputs[1] ?? "", taken: output === 1 };
    pushAll(open, node?.inputs ?? []);
  }
  return undefined;
}
