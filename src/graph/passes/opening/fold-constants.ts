import type { Tensor } from "../../../base/tensor.ts";
import { copyGraph, type Graph } from "../../graph.ts";
import { pruned } from "../../outputs.ts";

/**
 * Puts constants in the place of nodes whose results are known, and drops what then nobody needs: the
 * chains of Shape, Gather and Concat by which exporters compute the targets of Reshape and Resize.
 * Outputs of the graph stay nodes. Returns a new graph; its inputs stay as they are.
 *
 * Before: Shape(x [2, 3, 4]) -> Gather(0) -> Concat(., -1) -> Reshape. After: Reshape to [2, -1].
 *
 * @param known values by name, as `inferShapes` returns them: ops know what they compute, passes do not
 */
export function foldConstants(graph: Graph, known: ReadonlyMap<string, Tensor>): Graph {
  const outputs = new Set(graph.outputs.map((value) => value.name));
  const folded = copyGraph(graph);
  folded.nodes = graph.nodes.filter((node) => {
    const made = node.outputs.filter((name) => name !== "");
    if (made.some((name) => outputs.has(name) || !known.has(name))) return true;
    for (const name of made) folded.initializers.set(name, known.get(name)!);
    return false;
  });
  const result = pruned(folded);
  result.inputs = graph.inputs.map((value) => ({ ...value }));
  return result;
}
