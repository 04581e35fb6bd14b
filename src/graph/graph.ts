import type { DataType, Tensor } from "../base/tensor.ts";

/**
 * An ONNX graph in memory: what every model file becomes, and what every engine runs.
 *
 * The parts have the names and the meaning of the ONNX IR specification
 * (https://onnx.ai/onnx/repo-docs/IR.html). Values are named by strings, each is written once, and an
 * empty name stands for an optional input or output that is left out. A graph is plain data.
 */
export interface Graph {
  name: string;
  inputs: Value[];
  outputs: Value[];
  /** In an order in which each node comes after the nodes that make its inputs. */
  nodes: GraphNode[];
  /** Constants by name: the weights, and small constants such as target shapes. */
  initializers: Map<string, Tensor>;
  /** What is known of inner values, by name. */
  values: Map<string, ValueType>;
  /** Operator-set version by domain; `""` is the standard domain. Empty for a subgraph. */
  opsets: Map<string, number>;
  /** ONNX `metadata_props`: free text that travels with the file. */
  metadata: Map<string, string>;
  /** Ops that the file defines itself and that could not be written out in place, as their messages. */
  functions?: readonly unknown[];
  /** Version of the file format that the graph came in; what it holds may need one as new. */
  irVersion?: number;
}

export interface GraphNode {
  op: string;
  /** `""` for standard ops. */
  domain: string;
  /** For messages only; may be empty, and nothing depends on it. */
  name: string;
  inputs: string[];
  outputs: string[];
  attributes: Record<string, Attribute>;
  /** Which of several functions of one name is meant; almost never given. */
  overload?: string;
}

/** A length: a number, a symbol (`"N"`: equal symbols are equal lengths), or unknown (null). */
export type Dim = number | string | null;

/** Element type and shape; a shape of null says that even the rank is unknown. */
export interface ValueType {
  type: DataType;
  shape: readonly Dim[] | null;
  /**
   * Of a value that is no tensor of a type above (a sequence, a float8 tensor): its ONNX TypeProto, kept
   * as it is; `type` and `shape` say nothing then. Null where nothing is known of the value.
   */
  opaque?: unknown;
}

/** An input or output of a graph. */
export interface Value extends ValueType {
  name: string;
}

/** A node's attribute, with the ONNX attribute type that it is written as. */
export type Attribute =
  | { kind: "int"; value: number }
  | { kind: "float"; value: number }
  | { kind: "string"; value: string }
  | { kind: "tensor"; value: Tensor }
  | { kind: "graph"; value: Graph }
  | { kind: "ints"; value: readonly number[] }
  | { kind: "floats"; value: readonly number[] }
  | { kind: "strings"; value: readonly string[] }
  | { kind: "tensors"; value: readonly Tensor[] }
  | { kind: "graphs"; value: readonly Graph[] }
  /** Kinds that no CNN op uses (sparse tensors, types), kept as their protobuf message. */
  | { kind: "opaque"; value: unknown };

/** The opset that the graphs we write use; files of an older one are raised to it for gradients. */
export const HOUSE_OPSET = 18;

export function emptyGraph(name: string): Graph {
  return {
    name,
    inputs: [],
    outputs: [],
    nodes: [],
    initializers: new Map(),
    values: new Map(),
    opsets: new Map([["", HOUSE_OPSET]]),
    metadata: new Map(),
  };
}

/**
 * A copy whose lists and maps can be changed without touching the original. Nodes are copied,
 * tensors are shared.
 */
export function copyGraph(graph: Graph): Graph {
  return {
    ...graph,
    inputs: graph.inputs.map((value) => ({ ...value })),
    outputs: graph.outputs.map((value) => ({ ...value })),
    nodes: graph.nodes.map((node) => ({
      ...node,
      inputs: [...node.inputs],
      outputs: [...node.outputs],
      attributes: { ...node.attributes },
    })),
    initializers: new Map(graph.initializers),
    values: new Map(graph.values),
    opsets: new Map(graph.opsets),
    metadata: new Map(graph.metadata),
  };
}

/** How a node is named in a message: its own name, else its op and first output. */
export function nodeLabel(node: GraphNode): string {
  return node.name === "" ? `${node.op} (${node.outputs[0]})` : `${node.op} "${node.name}"`;
}
