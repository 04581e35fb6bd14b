import type { Attribute, Graph, GraphNode, Value } from "../graph.ts";
import {
  type AttributeProto,
  AttributeType as Kind,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type SparseTensorProto,
  type TensorProto,
  type ValueInfoProto,
} from "./onnx-messages.ts";
import { isSet } from "./message.ts";
import { parseOnnx } from "./parse.ts";
import { type ReadOptions, isPlainTensor, tensorFrom, withDataInside } from "./read-tensor.ts";
import { maybeTypeOfCode } from "./types.ts";
import { opaqueAttribute } from "./write.ts";

const strictUtf8 = new TextDecoder("utf-8", { fatal: true });

/** The graph of an `.onnx` file. Raw tensor data is viewed, not copied. */
export function readOnnx(bytes: Uint8Array, options: ReadOptions = {}): Graph {
  return graphOfModel(parseOnnx(bytes), options);
}

/**
 * The graph of a parsed model. What a {@link Graph} has no word for is kept as it is: types that are
 * no tensors and functions as their messages, initializers of such types as Constant nodes.
 */
export function graphOfModel(model: ModelProto, options: ReadOptions = {}): Graph {
  const graph = graphFrom(model.graph!, options);
  graph.irVersion = Number(model.irVersion);
  for (const { domain, version } of model.opsetImport)
    graph.opsets.set(standard(domain), Number(version));
  for (const { key, value } of model.metadataProps) graph.metadata.set(key, value);
  if (model.functions.length > 0) graph.functions = model.functions;
  return graph;
}

/** The one name that is no key of an object, as the engine's packages keep what goes in and comes out. */
const plainName = (name: string): string => (name === "__proto__" ? "__proto" : name);

/** The standard domain has two spellings. */
const standard = (domain: string): string => (domain === "ai.onnx" ? "" : domain);

function graphFrom(proto: GraphProto, options: ReadOptions): Graph {
  const constants = proto.initializer.filter((value) => !isPlainTensor(value));
  const initializers = new Map(
    proto.initializer
      .filter(isPlainTensor)
      .map((value) => [plainName(value.name), tensorFrom(value, options)]),
  );
  const kept = new Set(constants.map((value) => plainName(value.name)));
  return {
    name: proto.name,
    // Before IR version 4 every initializer had to be listed among the inputs too.
    inputs: proto.input
      .map(valueFrom)
      .filter(({ name }) => !initializers.has(name) && !kept.has(name)),
    outputs: proto.output.map(valueFrom),
    nodes: [
      ...constants.map((value) => constantNode(value, options)),
      ...proto.sparseInitializer.map(sparseNode),
      ...proto.node.map((node) => nodeFrom(node, options)),
    ],
    initializers,
    values: new Map(
      proto.valueInfo.map(valueFrom).map(({ name, ...type }) => [name, type] as const),
    ),
    opsets: new Map(),
    metadata: new Map(),
  };
}

function valueFrom(proto: ValueInfoProto): Value {
  const type = proto.type?.value;
  const element = type?.case === "tensorType" ? maybeTypeOfCode(type.value.elemType) : undefined;
  if (type?.case !== "tensorType" || element === undefined)
    return {
      name: plainName(proto.name),
      type: "float32",
      shape: null,
      opaque: proto.type ?? null,
    };
  const shape = type.value.shape?.dim.map(({ value }) =>
    value.case === "dimValue"
      ? lengthOf(value.value)
      : value.case === "dimParam" && value.value !== ""
        ? value.value
        : null,
  );
  return { name: plainName(proto.name), type: element, shape: shape ?? null };
}

/** A node message as a node. An attribute that stands for a function's own is kept as it is. */
/** A length; one that no axis can have is not known: some exporters write a free one as -1. */
function lengthOf(length: bigint): number | null {
  return length >= 0n && length <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(length) : null;
}

export function nodeFrom(proto: NodeProto, options: ReadOptions): GraphNode {
  return {
    op: proto.opType,
    domain: standard(proto.domain),
    name: proto.name,
    inputs: proto.input.map(plainName),
    outputs: proto.output.map(plainName),
    attributes: Object.fromEntries(
      proto.attribute.map((attribute) => [attribute.name, attributeFrom(attribute, options)]),
    ),
    ...(proto.overload === "" ? {} : { overload: proto.overload }),
  };
}

/** An initializer of a type that no {@link Graph} holds, as a node. */
function constantNode(value: TensorProto, options: ReadOptions): GraphNode {
  return constant(plainName(value.name), { value: opaqueTensor("value", value, options) });
}

function sparseNode(value: SparseTensorProto): GraphNode {
  const attribute = opaqueAttribute("sparse_value", (proto) => {
    proto.type = Kind.SPARSE_TENSOR;
    proto.sparseTensor = value;
  });
  return constant(value.values?.name ?? "", { sparse_value: attribute });
}

function constant(output: string, attributes: GraphNode["attributes"]): GraphNode {
  return { op: "Constant", domain: "", name: "", inputs: [], outputs: [output], attributes };
}

function opaqueTensor(name: string, value: TensorProto, options: ReadOptions): Attribute {
  return opaqueAttribute(name, (proto) => {
    proto.type = Kind.TENSOR;
    proto.t = withDataInside(value, options);
  });
}

/** An attribute message as an attribute; of a kind that we have no word for, the message itself. */
export function attributeFrom(proto: AttributeProto, options: ReadOptions): Attribute {
  const opaque = { kind: "opaque", value: proto } as const;
  if (proto.refAttrName !== "") return opaque;
  switch (kindOf(proto)) {
    case Kind.INT:
      return { kind: "int", value: Number(proto.i) };
    case Kind.FLOAT:
      return { kind: "float", value: proto.f };
    case Kind.STRING: {
      const text = maybeText(proto.s);
      return text === undefined ? opaque : { kind: "string", value: text };
    }
    case Kind.TENSOR:
      if (proto.t === undefined) break;
      return isPlainTensor(proto.t)
        ? { kind: "tensor", value: tensorFrom(proto.t, options) }
        : opaqueTensor(proto.name, proto.t, options);
    case Kind.GRAPH:
      if (proto.g === undefined) break;
      return { kind: "graph", value: graphFrom(proto.g, options) };
    case Kind.INTS:
      return { kind: "ints", value: proto.ints.map(Number) };
    case Kind.FLOATS:
      return { kind: "floats", value: proto.floats };
    case Kind.STRINGS: {
      const texts = proto.strings.map(maybeText);
      return texts.includes(undefined) ? opaque : { kind: "strings", value: texts as string[] };
    }
    case Kind.TENSORS:
      if (!proto.tensors.every(isPlainTensor)) break;
      return { kind: "tensors", value: proto.tensors.map((value) => tensorFrom(value, options)) };
    case Kind.GRAPHS:
      return { kind: "graphs", value: proto.graphs.map((value) => graphFrom(value, options)) };
  }
  return opaque;
}

/** The oldest files leave the kind out: the field that is set tells. */
function kindOf(proto: AttributeProto): Kind {
  if (proto.type !== Kind.UNDEFINED) return proto.type;
  if (proto.t) return Kind.TENSOR;
  if (proto.g) return Kind.GRAPH;
  if (proto.ints.length > 0) return Kind.INTS;
  if (proto.floats.length > 0) return Kind.FLOATS;
  if (proto.strings.length > 0) return Kind.STRINGS;
  if (isSet(proto, "s")) return Kind.STRING;
  if (isSet(proto, "f")) return Kind.FLOAT;
  return isSet(proto, "i") ? Kind.INT : Kind.UNDEFINED;
}

/** Bytes as text, unless they are none. */
function maybeText(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
}
