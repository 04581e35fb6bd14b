import { toNumbers } from "../../../base/tensor.ts";
import { GraphBuilder } from "../../builder.ts";
import {
  type Attribute,
  type Graph,
  type GraphNode,
  HOUSE_OPSET,
  type ValueType,
  copyGraph,
} from "../../graph.ts";
import { subgraphs } from "../../traverse.ts";
import { attributesToInputs } from "./raise-opset/attributes-to-inputs.ts";
import type { OldForm, RaiseContext } from "./raise-opset/form.ts";
import { otherForms } from "./raise-opset/normalization.ts";
import { resizeForms } from "./raise-opset/resize.ts";
import { softmaxForms } from "./raise-opset/softmax.ts";

const forms = new Map<string, OldForm[]>();
for (const form of [...attributesToInputs, ...softmaxForms, ...resizeForms, ...otherForms])
  forms.set(form.op, [...(forms.get(form.op) ?? []), form]);
for (const list of forms.values()) list.sort((a, b) => a.before - b.before);

/**
 * The graph in the house's operator set (18), with the same numbers: what has to be done before nodes
 * of ours, such as gradients, are added to an older one. Newer graphs stay as they are; so do the names
 * of all values. What `graph.values` says of shapes is used where it gives a simpler form.
 *
 * Source: https://onnx.ai/onnx/operators/ (each op's history), from operator set 7 on.
 *
 * @throws StriateError naming a node that cannot be said in the newer set
 */
export function raiseOpset(graph: Graph): Graph {
  const opset = graph.opsets.get("");
  if (opset === undefined || opset >= HOUSE_OPSET) return graph;
  const raised = new Raising(opset).graph(graph, "");
  raised.opsets.set("", HOUSE_OPSET);
  return raised;
}

class Raising {
  readonly #opset: number;
  #bodies = 0;

  constructor(opset: number) {
    this.#opset = opset;
  }

  /** @param prefix of new names: a body shares its name space with the graph around it */
  graph(graph: Graph, prefix: string, outer?: RaiseContext): Graph {
    const result = copyGraph(graph);
    const b = new GraphBuilder(result, prefix);
    const context = this.#context(b, graph, outer);
    result.nodes = [];
    for (const node of graph.nodes) {
      const form = node.domain === "" ? this.#formOf(node) : undefined;
      if (form) form.write(node, context);
      else result.nodes.push(this.#withBodies(node, context));
    }
    return result;
  }

  /** The oldest form that fits: each is raised all the way. */
  #formOf(node: GraphNode): OldForm | undefined {
    return forms.get(node.op)?.find(({ before }) => this.#opset < before);
  }

  #withBodies(node: GraphNode, context: RaiseContext): GraphNode {
    if (subgraphs(node).length === 0) return node;
    const raise = (body: Graph) => this.graph(body, `body${++this.#bodies}/`, context);
    const attributes = Object.entries(node.attributes).map(([name, value]): [string, Attribute] => [
      name,
      value.kind === "graph"
        ? { kind: "graph", value: raise(value.value) }
        : value.kind === "graphs"
          ? { kind: "graphs", value: value.value.map(raise) }
          : value,
    ]);
    return { ...node, attributes: Object.fromEntries(attributes) };
  }

  #context(b: GraphBuilder, graph: Graph, outer: RaiseContext | undefined): RaiseContext {
    const inputs = new Map(graph.inputs.map((value) => [value.name, value]));
    const find = (name: string): ValueType | undefined =>
      graph.initializers.get(name) ?? graph.values.get(name) ?? inputs.get(name);
    return {
      b,
      opset: this.#opset,
      type: (name) => find(name)?.type ?? outer?.type(name) ?? "float32",
      shape: (name) => find(name)?.shape ?? outer?.shape(name) ?? null,
      numbers(name) {
        const constant = graph.initializers.get(name);
        return constant ? toNumbers(constant) : outer?.numbers(name);
      },
    };
  }
}
