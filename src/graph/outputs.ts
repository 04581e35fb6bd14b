import { StriateError } from "../base/errors.ts";
import { nearestNames } from "../base/names.ts";
import { type Graph, type Value, copyGraph } from "./graph.ts";
import { nodesFor, outerReads, producers } from "./traverse.ts";

/**
 * The same graph with other outputs, and only the nodes, inputs and constants that these need: how
 * "show me every conv layer" is asked of an engine.
 *
 * A value that is an input or a constant gets an Identity, since ONNX wants outputs to be made by nodes.
 */
export function withOutputs(graph: Graph, names: readonly string[]): Graph {
  const result = copyGraph(graph);
  const made = new Set(graph.nodes.flatMap((node) => node.outputs));
  const inputs = new Map(graph.inputs.map((value) => [value.name, value]));
  const outputs = new Map(graph.outputs.map((value) => [value.name, value]));
  result.outputs = names.map((name): Value => {
    const known = outputs.get(name) ?? inputs.get(name) ?? graph.values.get(name);
    const constant = graph.initializers.get(name);
    if (!made.has(name) && !inputs.has(name) && constant === undefined)
      throw new StriateError(
        `the graph has no value "${name}"; nearest: ${nearestNames(name, made).join(", ")}`,
      );
    // What is declared must be right; what is not declared the engine finds out.
    if (known?.opaque || (known && known.shape !== null)) return { ...known, name };
    if (constant) return { name, type: constant.type, shape: constant.shape };
    return { name, type: "float32", shape: null, opaque: null };
  });
  for (const output of result.outputs) {
    if (made.has(output.name)) continue;
    const source = output.name;
    output.name = `${source}__out`;
    result.nodes.push({
      op: "Identity",
      domain: "",
      name: "",
      inputs: [source],
      outputs: [output.name],
      attributes: {},
    });
  }
  return pruned(result);
}

/**
 * The same graph with inner values for inputs: what is known of an earlier run need not be computed
 * again. Values that a node makes together with others stay as they are.
 */
export function withGiven(graph: Graph, given: Iterable<Value>): Graph {
  const makers = producers(graph);
  const inputs = [...given].filter(({ name }) => makers.get(name)?.outputs.length === 1);
  const names = new Set(inputs.map(({ name }) => name));
  return {
    ...graph,
    inputs: [...graph.inputs, ...inputs],
    nodes: graph.nodes.filter((node) => !names.has(node.outputs[0]!)),
  };
}

/** Drops, in place, nodes that no output needs, and inputs' unused constants; returns the graph. */
export function pruned(graph: Graph): Graph {
  graph.nodes = nodesFor(
    graph,
    graph.outputs.map((value) => value.name),
  );
  const read = new Set([
    ...graph.nodes.flatMap((node) => [...node.inputs, ...outerReads(node)]),
    ...graph.outputs.map((value) => value.name),
  ]);
  for (const name of [...graph.initializers.keys()])
    if (!read.has(name)) graph.initializers.delete(name);
  graph.inputs = graph.inputs.filter((value) => read.has(value.name));
  return graph;
}
