import type { TfNode } from "../graph-def.ts";
import { placeOf } from "../sort-nodes.ts";

/**
 * The nodes without these and what stood behind them alone, where nobody reads them any more.
 *
 * @param starts inputs that a changed node has ceased to read
 * @param outputs what the graph gives, where it says so
 */
export function withoutDead(
  nodes: readonly TfNode[],
  starts: readonly string[],
  outputs: readonly string[] = [],
): TfNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const reads = ({ inputs }: TfNode) => inputs.map((input) => placeOf(input)[0]);
  const counts = new Map<string, number>();
  for (const node of nodes)
    for (const name of reads(node)) counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const output of outputs) counts.set(placeOf(output)[0], Infinity);
  const gone = new Set<string>();
  const open = starts.map((input) => placeOf(input)[0]);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const node = byName.get(name);
    if (!node || gone.has(name) || (counts.get(name) ?? 0) > 0) continue;
    gone.add(name);
    for (const input of reads(node)) {
      counts.set(input, (counts.get(input) ?? 1) - 1);
      open.push(input);
    }
  }
  return nodes.filter(({ name }) => !gone.has(name));
}
