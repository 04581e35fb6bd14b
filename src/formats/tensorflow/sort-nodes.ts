import { StriateError } from "../../base/errors.ts";
import type { TfNode } from "./graph-def.ts";

/** The nodes in an order in which each comes after those it reads; a cycle is an error. */
export function sortTfNodes(nodes: readonly TfNode[]): TfNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  if (byName.size < nodes.length) throw new StriateError("two nodes of the graph have one name");
  const readers = new Map<string, TfNode[]>();
  const missing = new Map<TfNode, number>();
  for (const node of nodes) {
    const reads = new Set(
      node.inputs.map((input) => input.replace(/^\^/, "").replace(/:\d+$/, "")),
    );
    for (const name of reads) {
      if (!byName.has(name))
        throw new StriateError(`${node.op} "${node.name}" reads "${name}", which is not there`);
      const list = readers.get(name);
      if (list) list.push(node);
      else readers.set(name, [node]);
    }
    missing.set(node, reads.size);
  }
  const sorted = nodes.filter((node) => missing.get(node) === 0);
  // The list grows while it is gone through: each node frees those that read it.
  for (const { name } of sorted)
    for (const reader of readers.get(name) ?? []) {
      const left = missing.get(reader)! - 1;
      missing.set(reader, left);
      if (left === 0) sorted.push(reader);
    }
  if (sorted.length < nodes.length) {
    const stuck = nodes.find((node) => missing.get(node)! > 0);
    throw new StriateError(
      `${stuck!.op} "${stuck!.name}" reads what it makes: the graph has a cycle`,
    );
  }
  return sorted;
}
