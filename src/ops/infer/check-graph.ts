import { StriateError } from "../../base/errors.ts";
import { type Graph, nodeLabel } from "../../graph/graph.ts";
import { subgraphs } from "../../graph/traverse.ts";
import { findOp } from "../index.ts";

/**
 * Checks that a graph is well formed: each value is made once, and before it is read; outputs are made;
 * attributes are known to their op and of the declared kind. Bodies are checked too. For tests of what
 * passes and rules write.
 *
 * @throws StriateError that names the node and the fault
 */
export function checkGraph(graph: Graph, outer: ReadonlySet<string> = new Set()): void {
  const made = new Set([...outer, ...graph.inputs.map((value) => value.name)]);
  // Until IR version 3 constants were listed among the inputs too.
  for (const name of graph.initializers.keys()) made.add(name);
  for (const node of graph.nodes) {
    const label = nodeLabel(node);
    for (const name of node.inputs)
      if (name !== "" && !made.has(name))
        throw new StriateError(`${label} reads "${name}", which nothing before it makes`);
    const specs = findOp(node.domain, node.op)?.attributes;
    for (const [name, { kind }] of Object.entries(node.attributes)) {
      const spec = specs?.[name];
      if (specs && !spec) throw new StriateError(`${label}: ${node.op} has no attribute "${name}"`);
      if (spec && spec.kind !== kind)
        throw new StriateError(
          `${label}: attribute "${name}" should be of type ${spec.kind}, got ${kind}`,
        );
    }
    for (const body of subgraphs(node)) checkGraph(body, made);
    for (const name of node.outputs) {
      if (name === "") continue;
      if (made.has(name)) throw new StriateError(`${label} makes "${name}" a second time`);
      made.add(name);
    }
  }
  for (const { name } of graph.outputs)
    if (!made.has(name)) throw new StriateError(`nothing makes the output "${name}"`);
}
