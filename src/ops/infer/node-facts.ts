import { StriateError } from "../../base/errors.ts";
import { type Tensor, toNumbers } from "../../base/tensor.ts";
import type { Graph, GraphNode, ValueType } from "../../graph/graph.ts";
import { type OpDefinition, attributeValues } from "../define-op.ts";
import type { Dims } from "../facts/dims.ts";
import type { InputFacts } from "../facts/input-facts.ts";

type NodeContext = InputFacts<Record<string, unknown>> & {
  shape(i: number): Dims;
  outputShape(i: number): Dims;
};

/**
 * What the rules of an op may ask about one of its nodes, in a graph whose shapes are inferred.
 *
 * @param outer the graphs around that of a branch or loop, which it may read from, the innermost first
 */
export function nodeFacts(
  graph: Graph,
  constants: ReadonlyMap<string, Tensor>,
  node: GraphNode,
  op: OpDefinition,
  outer: readonly Graph[] = [],
): NodeContext {
  const typeOf = (name: string | undefined): ValueType | undefined => {
    if (name === undefined || name === "") return undefined;
    for (const { values, initializers, inputs } of [graph, ...outer]) {
      const found =
        values.get(name) ?? initializers.get(name) ?? inputs.find((input) => input.name === name);
      if (found) return found;
    }
    return undefined;
  };
  const constant = (i: number) => {
    const name = node.inputs[i] ?? "";
    return graph.initializers.get(name) ?? constants.get(name);
  };
  return {
    node,
    attributes: attributeValues(op, node),
    opset: graph.opsets.get(node.domain) ?? 1,
    has: (i) => (node.inputs[i] ?? "") !== "",
    type(i) {
      const found = typeOf(node.inputs[i]);
      if (found === undefined) throw new StriateError(`input ${i} is missing`);
      return found.type;
    },
    constant,
    numbers(i) {
      const value = constant(i);
      return value === undefined || value.type === "string" ? undefined : toNumbers(value);
    },
    shape: (i) => typeOf(node.inputs[i])?.shape ?? null,
    outputShape: (i) => typeOf(node.outputs[i])?.shape ?? null,
  };
}
