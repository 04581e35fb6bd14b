import { printable } from "../base/printable.ts";
import { subgraphs } from "./traverse.ts";
import type { Attribute, Graph, GraphNode, ValueType } from "./graph.ts";

/**
 * The graph as text, one node a line, in the manner of ONNX's textual syntax:
 *
 *     relu: float32[N, 32, 148, 148] = Relu(conv)
 */
export function printGraph(graph: Graph, indent = ""): string {
  const lines = [
    ...graph.inputs.map((value) => `input ${printable(value.name)}: ${typeText(value)}`),
    ...[...graph.initializers].map(
      ([name, { type, shape }]) => `weight ${printable(name)}: ${typeText({ type, shape })}`,
    ),
    ...graph.nodes.flatMap((node) => nodeLines(graph, node, indent)),
    ...graph.outputs.map((value) => `output ${printable(value.name)}: ${typeText(value)}`),
  ];
  return lines.map((line) => indent + line).join("\n");
}

/** The graph as data for JSON: what {@link printGraph} prints, with the names as they are. */
export function graphData(graph: Graph): object {
  const value = ({ name, type, shape }: ValueType & { name: string }) => ({ name, type, shape });
  return {
    inputs: graph.inputs.map(value),
    outputs: graph.outputs.map(value),
    weights: [...graph.initializers].map(([name, { type, shape }]) => ({ name, type, shape })),
    nodes: graph.nodes.map((node) => ({
      op: node.op,
      domain: node.domain,
      inputs: node.inputs,
      outputs: node.outputs.map((name) => {
        const known = graph.values.get(name) ?? graph.outputs.find((each) => each.name === name);
        return known ? value({ ...known, name }) : { name };
      }),
      attributes: Object.fromEntries(
        Object.entries(node.attributes).map(([name, attribute]) => [
          name,
          attributeText(attribute),
        ]),
      ),
      graphs: subgraphs(node).map(graphData),
    })),
  };
}

function nodeLines(graph: Graph, node: GraphNode, indent: string): string[] {
  const outputs = node.outputs.map((name) => {
    const known = graph.values.get(name) ?? graph.outputs.find((value) => value.name === name);
    return known ? `${name || "_"}: ${typeText(known)}` : name || "_";
  });
  const op = node.domain ? `${node.domain}.${node.op}` : node.op;
  const attributes = Object.entries(node.attributes)
    .map(([name, attribute]) => `${name}=${attributeText(attribute)}`)
    .join(", ");
  const call = `${op}${attributes ? `<${attributes}>` : ""}(${node.inputs.map((name) => name || "_").join(", ")})`;
  return [
    printable(`${outputs.join(", ")} = ${call}`),
    ...subgraphs(node).map((body) => printGraph(body, `${indent}    `)),
  ];
}

function typeText({ type, shape }: ValueType): string {
  return shape === null ? type : `${type}[${shape.map((dim) => dim ?? "?").join(", ")}]`;
}

function attributeText(attribute: Attribute): string {
  switch (attribute.kind) {
    case "string":
      return JSON.stringify(attribute.value);
    case "ints":
    case "floats":
    case "strings":
      return `[${attribute.value.join(", ")}]`;
    case "tensor":
      return typeText(attribute.value);
    case "int":
    case "float":
      return String(attribute.value);
    default:
      return attribute.kind;
  }
}
