import type { Graph } from "../graph/graph.ts";
import { stepPasses } from "../graph/passes/step/step-passes.ts";
import { inferShapes } from "../ops/infer/infer-shapes.ts";

/**
 * A graph with gradients in its faster form: the same inputs and outputs, the same numbers but for
 * rounding. All shapes must be concrete.
 *
 * @param without passes to leave out, by name
 */
export function stepForm(graph: Graph, without: readonly string[] = []): Graph {
  return Object.entries(stepPasses).reduce((before, [name, pass]) => {
    if (without.includes(name)) return before;
    const after = pass(before);
    if (after !== before) inferShapes(after);
    return after;
  }, graph);
}
