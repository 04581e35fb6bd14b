import { fromBinary } from "@bufbuild/protobuf";
import { StriateError, messageOf, namingSync } from "../../base/errors.ts";
import { sizeOf } from "../../base/shape.ts";
import {
  type DataType,
  type NumericType,
  type Tensor,
  arrayFromBytes,
  bytesPerElement,
  newArray,
  tensor,
} from "../../base/tensor.ts";
import type { Attribute, Graph, GraphNode, Value } from "../graph.ts";
import {
  type AttributeProto,
  AttributeProto_AttributeType as Kind,
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
  TensorProto_DataLocation as Location,
  TensorProto_DataType as Code,
  type ValueInfoProto,
} from "./onnx_pb.ts";
import { typeOfCode } from "./types.ts";

const utf8 = new TextDecoder();

/** Where a tensor's bytes lie when they are not in the model file itself. */
export interface ExternalData {
  location: string;
  offset: number;
  /** Bytes; what the shape needs where the file does not say. */
  length: number;
}

export interface ReadOptions {
  /** Fetches the bytes of a tensor that lies in another file. */
  external?: (place: ExternalData) => Uint8Array;
}

/** The graph of an `.onnx` file. Raw tensor data is viewed, not copied. */
export function readOnnx(bytes: Uint8Array, options: ReadOptions = {}): Graph {
  let model: ModelProto;
  try {
    model = fromBinary(ModelProtoSchema, bytes);
  } catch (error) {
    throw new StriateError(`not a readable ONNX file: ${messageOf(error)}`, { cause: error });
  }
  if (model.graph === undefined)
    throw new StriateError("not an ONNX model: the file holds no graph; export the model again");
  const graph = graphFrom(model.graph, options);
  for (const { domain, version } of model.opsetImport)
    graph.opsets.set(domain === "ai.onnx" ? "" : domain, Number(version));
  for (const { key, value } of model.metadataProps) graph.metadata.set(key, value);
  return graph;
}

function graphFrom(proto: GraphProto, options: ReadOptions): Graph {
  return {
    name: proto.name,
    inputs: proto.input.flatMap(valueFrom),
    outputs: proto.output.flatMap(valueFrom),
    nodes: proto.node.map((node) => nodeFrom(node, options)),
    initializers: new Map(
      proto.initializer.map((value) => [value.name, tensorFrom(value, options)]),
    ),
    values: new Map(
      proto.valueInfo.flatMap(valueFrom).map(({ name, type, shape }) => [name, { type, shape }]),
    ),
    opsets: new Map(),
    metadata: new Map(),
  };
}

function valueFrom(proto: ValueInfoProto): Value[] {
  const type = proto.type?.value;
  if (type?.case !== "tensorType") return [{ name: proto.name, type: "float32", shape: null }];
  const shape = type.value.shape?.dim.map(({ value }) =>
    value.case === "dimValue"
      ? Number(value.value)
      : value.case === "dimParam" && value.value !== ""
        ? value.value
        : null,
  );
  return [{ name: proto.name, type: typeOfCode(type.value.elemType), shape: shape ?? null }];
}

function nodeFrom(proto: NodeProto, options: ReadOptions): GraphNode {
  return {
    op: proto.opType,
    domain: proto.domain === "ai.onnx" ? "" : proto.domain,
    name: proto.name,
    inputs: proto.input,
    outputs: proto.output,
    attributes: Object.fromEntries(
      proto.attribute.map((attribute) => [attribute.name, attributeFrom(attribute, options)]),
    ),
  };
}

function attributeFrom(proto: AttributeProto, options: ReadOptions): Attribute {
  switch (proto.type) {
    case Kind.INT:
      return { kind: "int", value: Number(proto.i) };
    case Kind.FLOAT:
      return { kind: "float", value: proto.f };
    case Kind.STRING:
      return { kind: "string", value: utf8.decode(proto.s) };
    case Kind.TENSOR:
      if (proto.t === undefined) break;
      return { kind: "tensor", value: tensorFrom(proto.t, options) };
    case Kind.GRAPH:
      if (proto.g === undefined) break;
      return { kind: "graph", value: graphFrom(proto.g, options) };
    case Kind.INTS:
      return { kind: "ints", value: proto.ints.map(Number) };
    case Kind.FLOATS:
      return { kind: "floats", value: proto.floats };
    case Kind.STRINGS:
      return { kind: "strings", value: proto.strings.map((text) => utf8.decode(text)) };
    case Kind.TENSORS:
      return { kind: "tensors", value: proto.tensors.map((value) => tensorFrom(value, options)) };
    case Kind.GRAPHS:
      return { kind: "graphs", value: proto.graphs.map((value) => graphFrom(value, options)) };
  }
  return { kind: "opaque", value: proto };
}

/** A tensor message as a tensor, whichever of its many encodings it uses. */
export function tensorFrom(proto: TensorProto, options: ReadOptions = {}): Tensor {
  return namingSync(`tensor "${proto.name}"`, () => {
    const type = typeOfCode(proto.dataType);
    const shape = proto.dims.map(Number);
    const size = sizeOf(shape);
    if (shape.some((length) => length < 0) || !Number.isSafeInteger(size))
      throw new StriateError(`the shape [${shape.join(", ")}] is impossible`);
    if (type === "string")
      return tensor(
        type,
        shape,
        proto.stringData.map((text) => utf8.decode(text)),
      );
    const needed = size * bytesPerElement(type);
    if (proto.dataLocation === Location.EXTERNAL)
      return fromRaw(type, shape, externalBytes(proto, needed, options));
    if (proto.rawData.length > 0 || needed === 0) return fromRaw(type, shape, proto.rawData);
    return fromTyped(type, shape, proto);
  });
}

function fromRaw(type: NumericType, shape: number[], bytes: Uint8Array): Tensor {
  const needed = sizeOf(shape) * bytesPerElement(type);
  if (bytes.length !== needed)
    throw new StriateError(
      `${type} [${shape.join(", ")}] needs ${needed} bytes, the file has ${bytes.length}`,
    );
  return tensor(type, shape, arrayFromBytes(type, bytes));
}

/** The typed fields of TensorProto: which one holds a type is part of its specification. */
function fromTyped(type: DataType, shape: number[], proto: TensorProto): Tensor {
  const source: ArrayLike<number | bigint> =
    type === "float32"
      ? proto.floatData
      : type === "float64"
        ? proto.doubleData
        : type === "int64"
          ? proto.int64Data
          : type === "uint64" || type === "uint32"
            ? proto.uint64Data
            : proto.int32Data;
  if (source.length !== sizeOf(shape))
    throw new StriateError(
      `${Code[proto.dataType]} [${shape.join(", ")}] needs ${sizeOf(shape)} elements, the file has ${source.length}`,
    );
  const data = newArray(type, source.length);
  for (let i = 0; i < source.length; i++)
    (data as { [index: number]: number | bigint })[i] =
      type === "int64" || type === "uint64" ? source[i]! : Number(source[i]);
  return tensor(type, shape, data);
}

function externalBytes(proto: TensorProto, needed: number, options: ReadOptions): Uint8Array {
  const entries = new Map(proto.externalData.map(({ key, value }) => [key, value]));
  const location = entries.get("location");
  if (location === undefined || options.external === undefined)
    throw new StriateError(`its data lies in another file ("${location ?? "unnamed"}")`);
  return options.external({
    location,
    offset: Number(entries.get("offset") ?? 0),
    length: Number(entries.get("length") ?? needed),
  });
}
