import { StriateError } from "../../base/errors.ts";
import { type Tensor, bytesOf, toInt64 } from "../../base/tensor.ts";
import type { Attribute, Graph, GraphNode, Value } from "../graph.ts";
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeType as Kind,
  DataLocation,
  DimensionProtoSchema,
  type FunctionProto,
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  TensorShapeProtoSchema,
  type TypeProto,
  TypeProtoSchema,
  TensorTypeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "./onnx-messages.ts";
import { create, isMessage } from "./message.ts";
import { typeCode } from "./types.ts";
import { writeMessage } from "./write-message.ts";

const utf8 = new TextEncoder();

/** The IR version whose features we use: opset 18 came with IR 8, and ONNX Runtime reads it. */
const IR_VERSION = 8;

/**
 * The graph as the bytes of an `.onnx` file (ModelProto). Tensors are written as raw data.
 *
 * Protobuf messages end at 2 GB; larger graphs are an error.
 */
export function writeOnnx(graph: Graph): Uint8Array {
  return write(graph, tensorProto);
}

/** A model in parts: a small file with the graph, and the weights that lie beside it. */
export interface OnnxParts {
  model: Uint8Array;
  /** The bytes of each weight, under the path by which the model names it; views, not copies. */
  weights: { path: string; data: Uint8Array }[];
}

/** Weights below this size stay in the model: beside it they would cost more than they save. */
const SMALL = 1 << 16;

/**
 * The graph as a model with external data: nothing large is copied on the way to an engine that takes
 * the parts from memory.
 *
 * Source: https://onnx.ai/onnx/repo-docs/ExternalData.html
 */
export function writeOnnxParts(graph: Graph): OnnxParts {
  const weights: OnnxParts["weights"] = [];
  const model = write(graph, (value, name) => {
    if (value.type === "string") return tensorProto(value, name);
    const data = bytesOf(value);
    if (data.length < SMALL) return tensorProto(value, name);
    const path = `weights-${weights.length}`;
    weights.push({ path, data });
    return create(TensorProtoSchema, {
      name,
      dims: value.shape.map(BigInt),
      dataType: typeCode(value.type),
      dataLocation: DataLocation.EXTERNAL,
      externalData: [
        create(StringStringEntryProtoSchema, { key: "location", value: path }),
        create(StringStringEntryProtoSchema, { key: "length", value: String(data.length) }),
      ],
    });
  });
  return { model, weights };
}

type WriteTensor = (value: Tensor, name: string) => TensorProto;

function write(graph: Graph, writeTensor: WriteTensor): Uint8Array {
  return writeMessage(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: BigInt(Math.max(IR_VERSION, graph.irVersion ?? 0)),
      producerName: "striate",
      opsetImport: [...graph.opsets].map(([domain, version]) =>
        create(OperatorSetIdProtoSchema, { domain, version: BigInt(version) }),
      ),
      metadataProps: [...graph.metadata].map(([key, value]) =>
        create(StringStringEntryProtoSchema, { key, value }),
      ),
      graph: graphProto(graph, writeTensor),
      functions: (graph.functions ?? []) as FunctionProto[],
    }),
  );
}

function graphProto(graph: Graph, writeTensor: WriteTensor = tensorProto): GraphProto {
  // The engine wants node names to differ, although nothing depends on them.
  const used = new Set<string>();
  const nameOf = ({ name }: GraphNode) => (used.has(name) ? "" : (used.add(name), name));
  const named = new Set([...graph.inputs, ...graph.outputs].map((value) => value.name));
  return create(GraphProtoSchema, {
    name: graph.name || "graph",
    input: graph.inputs.map(valueProto),
    output: graph.outputs.map(valueProto),
    node: graph.nodes.map((node) => nodeProto(node, nameOf(node))),
    initializer: [...graph.initializers].map(([name, value]) => writeTensor(value, name)),
    // A type without a shape is worth nothing to a reader, and may be no more than a guess.
    valueInfo: [...graph.values]
      .filter(([name, value]) => (value.shape !== null || value.opaque) && !named.has(name))
      .map(([name, value]) => valueProto({ name, ...value })),
  });
}

function nodeProto(node: GraphNode, name: string): NodeProto {
  return create(NodeProtoSchema, {
    opType: node.op,
    domain: node.domain,
    name,
    overload: node.overload ?? "",
    input: node.inputs,
    output: node.outputs,
    attribute: Object.entries(node.attributes).map(([name, value]) => attributeProto(name, value)),
  });
}

function valueProto(value: Value): ValueInfoProto {
  if (value.opaque !== undefined)
    return create(ValueInfoProtoSchema, {
      name: value.name,
      type: (value.opaque ?? undefined) as TypeProto | undefined,
    });
  return create(ValueInfoProtoSchema, {
    name: value.name,
    type: create(TypeProtoSchema, {
      value: {
        case: "tensorType",
        value: create(TensorTypeProtoSchema, {
          elemType: typeCode(value.type),
          shape:
            value.shape === null
              ? undefined
              : create(TensorShapeProtoSchema, {
                  dim: value.shape.map((dim) =>
                    create(DimensionProtoSchema, {
                      value:
                        dim === null
                          ? { case: undefined }
                          : typeof dim === "number"
                            ? { case: "dimValue", value: BigInt(dim) }
                            : { case: "dimParam", value: dim },
                    }),
                  ),
                }),
        }),
      },
    }),
  });
}

export function tensorProto(value: Tensor, name = ""): TensorProto {
  const proto = create(TensorProtoSchema, {
    name,
    dims: value.shape.map(BigInt),
    dataType: typeCode(value.type),
  });
  if (value.type === "string")
    proto.stringData = (value.data as string[]).map((text) => utf8.encode(text));
  else proto.rawData = bytesOf(value);
  return proto;
}

/** An attribute that is written as the message which `fill` completes. */
export function opaqueAttribute(name: string, fill: (proto: AttributeProto) => void): Attribute {
  const value = create(AttributeProtoSchema, { name });
  fill(value);
  return { kind: "opaque", value };
}

function attributeProto(name: string, attribute: Attribute): AttributeProto {
  const proto = create(AttributeProtoSchema, { name });
  switch (attribute.kind) {
    case "int":
      proto.type = Kind.INT;
      proto.i = toInt64(attribute.value);
      break;
    case "float":
      proto.type = Kind.FLOAT;
      proto.f = attribute.value;
      break;
    case "string":
      proto.type = Kind.STRING;
      proto.s = utf8.encode(attribute.value);
      break;
    case "tensor":
      proto.type = Kind.TENSOR;
      proto.t = tensorProto(attribute.value);
      break;
    case "graph":
      proto.type = Kind.GRAPH;
      proto.g = graphProto(attribute.value);
      break;
    case "ints":
      proto.type = Kind.INTS;
      proto.ints = attribute.value.map(toInt64);
      break;
    case "floats":
      proto.type = Kind.FLOATS;
      proto.floats = [...attribute.value];
      break;
    case "strings":
      proto.type = Kind.STRINGS;
      proto.strings = attribute.value.map((text) => utf8.encode(text));
      break;
    case "tensors":
      proto.type = Kind.TENSORS;
      proto.tensors = attribute.value.map((value) => tensorProto(value));
      break;
    case "graphs":
      proto.type = Kind.GRAPHS;
      proto.graphs = attribute.value.map((body) => graphProto(body));
      break;
    case "opaque": {
      if (!isMessage(attribute.value, AttributeProtoSchema))
        throw new StriateError(`attribute "${name}" is of a kind that cannot be written`);
      return attribute.value;
    }
  }
  return proto;
}
