import { type DataType, type Tensor, toFloat32 } from "../../../base/tensor.ts";
import type { Attribute, Graph, GraphNode, ValueType } from "../../graph.ts";
import { typeCode } from "../../protobuf/types.ts";

const FLOAT = typeCode("float32");
const halfCodes = new Set([typeCode("float16"), typeCode("bfloat16")]);

/**
 * The graph with every float16 and bfloat16 made float32: constants, inputs, outputs, and the target
 * types of casts. So a photo goes in and maps come out as float32 on every engine, gradients do not
 * vanish, and bfloat16 runs where the engine has no kernels for it. The weights keep the values that
 * the file has; what changes is that sums are rounded less. Returns a new graph.
 *
 * Counts as half: initializers, tensor attributes (1), declared types (2), the attributes `to`,
 * `dtype`, `output_dtype` and `output_datatype` of standard ops (3); all of these in bodies too.
 */
export function widenHalves(graph: Graph): Graph {
  return {
    ...graph,
    inputs: graph.inputs.map(widenType),
    outputs: graph.outputs.map(widenType),
    values: new Map([...graph.values].map(([name, value]) => [name, widenType(value)])),
    initializers: new Map(
      [...graph.initializers].map(([name, value]) => [name, widenTensor(value)]),
    ),
    nodes: graph.nodes.map(widenNode),
  };
}

/** Whether {@link widenHalves} would change anything. */
export function hasHalves(graph: Graph): boolean {
  return (
    [...graph.inputs, ...graph.outputs].some(({ type }) => isHalf(type)) ||
    [...graph.initializers.values()].some(({ type }) => isHalf(type)) ||
    graph.nodes.some((node) =>
      Object.entries(node.attributes).some(
        ([name, value]) =>
          (value.kind === "graph" && hasHalves(value.value)) ||
          (value.kind === "tensor" && isHalf(value.value.type)) ||
          isHalfTarget(name, value),
      ),
    )
  );
}

const isHalf = (type: DataType): boolean => type === "float16" || type === "bfloat16";

const isHalfTarget = (name: string, value: Attribute): boolean =>
  /^(to|dtype|output_dtype|output_datatype)$/.test(name) &&
  value.kind === "int" &&
  halfCodes.has(value.value);

const widenType = <V extends ValueType>(value: V): V =>
  isHalf(value.type) ? { ...value, type: "float32" } : value;

const widenTensor = (value: Tensor): Tensor => (isHalf(value.type) ? toFloat32(value) : value);

function widenNode(node: GraphNode): GraphNode {
  const attributes = Object.entries(node.attributes).map(([name, value]): [string, Attribute] => {
    if (node.domain === "" && isHalfTarget(name, value))
      return [name, { kind: "int", value: FLOAT }];
    return [name, widenAttribute(value)];
  });
  return { ...node, attributes: Object.fromEntries(attributes) };
}

function widenAttribute(value: Attribute): Attribute {
  switch (value.kind) {
    case "tensor":
      return { kind: "tensor", value: widenTensor(value.value) };
    case "tensors":
      return { kind: "tensors", value: value.value.map(widenTensor) };
    case "graph":
      return { kind: "graph", value: widenHalves(value.value) };
    case "graphs":
      return { kind: "graphs", value: value.value.map(widenHalves) };
    default:
      return value;
  }
}
