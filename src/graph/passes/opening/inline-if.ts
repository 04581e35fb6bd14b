import { toNumbers, type Tensor } from "../../../base/tensor.ts";
import { GraphBuilder } from "../../builder.ts";
import { copyGraph, type Graph, type GraphNode } from "../../graph.ts";
import { subgraphs } from "../../traverse.ts";

/**
 * Writes the branch that runs in the place of an If whose condition is known: exporters guard a Squeeze
 * by "if this axis has length 1", and no gradient passes an If. Returns a new graph; the names of the
 * If's outputs stay, those inside the branch become new ones.
 *
 * @param known values by name, as `inferShapes` returns them
 */
export function inlineIf(graph: Graph, known: ReadonlyMap<string, Tensor>): Graph {
  const result = copyGraph(graph);
  const b = new GraphBuilder(result);
  result.nodes = [];
  for (const node of graph.nodes) {
    const branch = chosenBranch(node, (name) => graph.initializers.get(name) ?? known.get(name));
    if (branch) writeBranch(b, node, branch);
    else result.nodes.push(node);
  }
  return result;
}

function chosenBranch(
  node: GraphNode,
  valueOf: (name: string) => Tensor | undefined,
): Graph | undefined {
  if (node.op !== "If" || node.domain !== "") return undefined;
  const condition = valueOf(node.inputs[0] ?? "");
  if (!condition) return undefined;
  const branch = node.attributes[toNumbers(condition)[0] === 0 ? "else_branch" : "then_branch"];
  return branch?.kind === "graph" ? branch.value : undefined;
}

function writeBranch(b: GraphBuilder, node: GraphNode, branch: Graph): void {
  const names = new Map<string, string>();
  const renamed = (name: string) => names.get(name) ?? name;
  for (const [name, value] of branch.initializers)
    names.set(name, b.initializer(b.fresh(name), value));
  for (const inner of branch.nodes) {
    // A body inside the branch may read what is renamed here.
    const inputs = inner.inputs.map(renamed);
    for (const name of inner.outputs) if (name !== "") names.set(name, b.fresh(name));
    b.graph.nodes.push({
      ...inner,
      inputs,
      outputs: inner.outputs.map(renamed),
      attributes: subgraphs(inner).length > 0 ? withNames(inner, names) : inner.attributes,
    });
  }
  for (const [i, { name }] of branch.outputs.entries())
    if (node.outputs[i]) b.op("Identity", [renamed(name)], {}, { outputs: [node.outputs[i]] });
}

/** The node's attributes, its bodies reading renamed values of the graph outside. */
function withNames(node: GraphNode, names: ReadonlyMap<string, string>): GraphNode["attributes"] {
  const rename = (body: Graph): Graph => {
    const own = new Set([
      ...body.inputs.map((value) => value.name),
      ...body.initializers.keys(),
      ...body.nodes.flatMap((inner) => inner.outputs),
    ]);
    const outer = new Map([...names].filter(([name]) => !own.has(name)));
    const renamed = (name: string) => outer.get(name) ?? name;
    return {
      ...body,
      outputs: body.outputs.map((value) => ({ ...value, name: renamed(value.name) })),
      nodes: body.nodes.map((inner) => ({
        ...inner,
        inputs: inner.inputs.map(renamed),
        attributes: withNames(inner, outer),
      })),
    };
  };
  return Object.fromEntries(
    Object.entries(node.attributes).map(([key, attribute]) => [
      key,
      attribute.kind === "graph" ? { kind: "graph", value: rename(attribute.value) } : attribute,
    ]),
  );
}
