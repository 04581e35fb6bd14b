import type { DataType } from "../base/tensor.ts";
import type { GraphNode } from "../graph/graph.ts";
import { outerReads } from "../graph/traverse.ts";
import { findOp } from "../ops/index.ts";

/** Whether a value of this type can have a gradient. */
export const isFloat = (type: DataType): boolean =>
  type === "float32" || type === "float64" || type === "float16" || type === "bfloat16";

/**
 * The values that change smoothly with those in `wrt`, these included: where gradients need to be
 * carried. An op whose gradient is zero ends a path, and so does an integer, unless it stands for a
 * quantised real number.
 */
export function pathFrom(
  nodes: readonly GraphNode[],
  wrt: readonly string[],
  isFloatValue: (name: string) => boolean,
): Set<string> {
  const path = new Set(wrt);
  for (const node of nodes) {
    const op = findOp(node.domain, node.op);
    if (op?.gradient === "zero") continue;
    if (
      !node.inputs.some((name) => path.has(name)) &&
      !outerReads(node).some((name) => path.has(name))
    )
      continue;
    for (const name of node.outputs)
      if (name !== "" && (isFloatValue(name) || op?.quantises)) path.add(name);
  }
  return path;
}
