import { StriateError } from "../../../base/errors.ts";
import { checkedLength } from "../../../base/checked-length.ts";
import type { Graph } from "../../../graph/graph.ts";

/** Numbers of all such matrices of a graph: 256 MB. A network resizes a few times, and pictures are small. */
const most = 2 ** 26;
const taken = new WeakMap<Graph, number>();

/**
 * Room for the matrix `(to, from)` that resizes along one axis. No byte of the file accounts for it, so that
 * a small file of many nodes could ask for any amount: it is counted for the whole graph.
 *
 * @throws StriateError when the graph's matrices take more than a network needs
 */
export function resizeMatrix(graph: Graph, to: number, from: number): Float32Array {
  const length = checkedLength(from * to, "weights of a resize");
  const sum = (taken.get(graph) ?? 0) + length;
  if (sum > most)
    throw new StriateError(
      `the resizes of the file take more than ${most} weights; it is damaged or hostile`,
    );
  taken.set(graph, sum);
  return new Float32Array(length);
}
