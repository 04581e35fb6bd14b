import { StriateError } from "../../base/errors.ts";
import type { TfNode } from "./graph-def.ts";

/** The nodes in an order in which each comes after those it reads; a cycle is an error. */
export function sortTfNodes(nodes: readonly TfNode[]): TfNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  if (byName.size < nodes.length) throw new StriateError("two nodes of the graph have one name");
  const readers = new Map<string, TfNode[]>();
  const missing = new Map<TfNode, number>();
  /** What a loop gives to its next round comes later. */
  const isBack = (node: TfNode, name: string) =>
    node.op === "Merge" && byName.get(name)?.op === "NextIteration";
  for (const node of nodes) {
    const all = new Set(node.inputs.map((input) => placeOf(input)[0]));
    const reads = new Set([...all].filter((name) => !isBack(node, name)));
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

/** `name:1` as name and number of an output; a number alone after a colon only. */
export function placeOf(tensor: string): [name: string, output: number] {
  const found = /^(.*):(\d+)$/.exec(tensor);
  return found ? [found[1]!, Number(found[2])] : [tensor.replace(/^\^/, ""), 0];
}

/** The nodes that a node of `names` reads, directly or by others, and these themselves. */
export function nodesBehind(nodes: readonly TfNode[], names: readonly string[]): TfNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const found = new Set<TfNode>();
  const waiting = [...names];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const node = byName.get(name);
    if (node === undefined || found.has(node)) continue;
    found.add(node);
    for (const input of node.inputs) waiting.push(placeOf(input)[0]);
  }
  return nodes.filter((node) => found.has(node));
}

/** The nodes that nobody reads, of those that count. */
export function endsOf(nodes: readonly TfNode[], counts: (name: string) => boolean): string[] {
  const read = new Set(nodes.flatMap(({ inputs }) => inputs.map((input) => placeOf(input)[0])));
  return nodes.map(({ name }) => name).filter((name) => !read.has(name) && counts(name));
}
