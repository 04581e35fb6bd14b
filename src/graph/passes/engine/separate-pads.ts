import { int64 } from "../../../base/tensor.ts";
import { attribute } from "../../attributes.ts";
import type { Attribute, Graph, GraphNode } from "../../graph.ts";
import { producers } from "../../traverse.ts";

/**
 * Keeps zeros that are put around a picture apart from the max pool behind them.
 *
 * ONNX Runtime joins `MaxPool(Pad(x))` into a pool with padding, which is wrong where x is negative: what
 * a pool pads with never wins, a zero does (ResNet50V2 comes out 0.2 % off). A Reshape that changes
 * nothing, between the two, costs nothing and prevents it. Behind a Relu the two are the same.
 */
export function separatePads(graph: Graph): Graph {
  const makers = producers(graph);
  const initializers = new Map(graph.initializers);
  const nodes = graph.nodes.flatMap((node): GraphNode[] => {
    const own = insideOf(node);
    const [x] = node.inputs as [string];
    if (node.op !== "MaxPool" || node.domain !== "" || !comesFromPad(makers, x)) return [own];
    const [output] = node.outputs as [string];
    const [apart, same] = [`${output}/padded`, `${output}/same`];
    const kernel = attribute(node, "kernel_shape", "ints", []);
    // 0 stands for the length that is there.
    initializers.set(same, int64(new Array<number>(kernel.length + 2).fill(0)));
    const reshape = {
      op: "Reshape",
      domain: "",
      name: apart,
      inputs: [x, same],
      outputs: [apart],
      attributes: {},
    };
    return [reshape, { ...own, inputs: [apart, ...node.inputs.slice(1)] }];
  });
  return nodes.every((node, i) => node === graph.nodes[i])
    ? graph
    : { ...graph, nodes, initializers };
}

/** Whether a value is a padded one, perhaps passed on by ops that the engine takes away. */
function comesFromPad(makers: ReadonlyMap<string, GraphNode>, value: string): boolean {
  let maker = makers.get(value);
  while (maker?.op === "Identity" || maker?.op === "Dropout") maker = makers.get(maker.inputs[0]!);
  return maker?.op === "Pad" && makers.get(maker.inputs[0]!)?.op !== "Relu";
}

/** A node whose subgraphs are treated too; the node itself where nothing changes. */
function insideOf(node: GraphNode): GraphNode {
  const treated = Object.entries(node.attributes).map(([name, value]): [string, Attribute] => [
    name,
    value.kind === "graph" ? { kind: "graph", value: separatePads(value.value) } : value,
  ]);
  const isSame = treated.every(([name, { value }]) => value === node.attributes[name]!.value);
  return isSame ? node : { ...node, attributes: Object.fromEntries(treated) };
}
