import type { GraphNode } from "../../graph/graph.ts";

/**
 * Addresses for the nodes of a graph: a node's own name where it is unique and says something, else its
 * op and its number among those of this op, `Conv_3` for the third.
 *
 * @param taken addresses that are in use already
 */
export function nodeAddresses(
  nodes: readonly GraphNode[],
  taken: ReadonlySet<string>,
): Map<GraphNode, string> {
  const uses = new Map<string, number>();
  for (const { name } of nodes) uses.set(name, (uses.get(name) ?? 0) + 1);
  const keepsName = (node: GraphNode) =>
    uses.get(node.name) === 1 && isSensible(node.name) && !taken.has(node.name);
  const used = new Set([...taken, ...nodes.filter(keepsName).map((node) => node.name)]);
  const counts = new Map<string, number>();
  const addresses = new Map<GraphNode, string>();
  for (const node of nodes) {
    const count = (counts.get(node.op) ?? 0) + 1;
    counts.set(node.op, count);
    let address = keepsName(node) ? node.name : `${node.op}_${count}`;
    while (!keepsName(node) && used.has(address)) address += "_";
    used.add(address);
    addresses.set(node, address);
  }
  return addresses;
}

/** Whether a name can be read and typed: not a bare number, no commas, globs or control characters. */
function isSensible(name: string): boolean {
  return /\p{L}/u.test(name) && name.length <= 200 && !/[,*?\u0000-\u001f\u007f]/.test(name);
}
