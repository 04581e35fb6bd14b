import { type MessageSchema, many, message, one, packed } from "./message.ts";

// The messages of onnx-ml.proto (proto2) with the fields that are read or written here; a file's other
// fields are kept as they stand (message.ts).
// https://github.com/onnx/onnx/blob/main/onnx/onnx-ml.proto

export interface StringStringEntryProto {
  key: string;
  value: string;
}
export const StringStringEntryProtoSchema: MessageSchema<StringStringEntryProto> = message({
  key: one(1, "string"),
  value: one(2, "string"),
});

export interface OperatorSetIdProto {
  domain: string;
  version: bigint;
}
export const OperatorSetIdProtoSchema: MessageSchema<OperatorSetIdProto> = message({
  domain: one(1, "string"),
  version: one(2, "int64"),
});

export enum DataTypeCode {
  UNDEFINED = 0,
  FLOAT = 1,
  UINT8 = 2,
  INT8 = 3,
  UINT16 = 4,
  INT16 = 5,
  INT32 = 6,
  INT64 = 7,
  STRING = 8,
  BOOL = 9,
  FLOAT16 = 10,
  DOUBLE = 11,
  UINT32 = 12,
  UINT64 = 13,
  COMPLEX64 = 14,
  COMPLEX128 = 15,
  BFLOAT16 = 16,
  FLOAT8E4M3FN = 17,
  FLOAT8E4M3FNUZ = 18,
  FLOAT8E5M2 = 19,
  FLOAT8E5M2FNUZ = 20,
  UINT4 = 21,
  INT4 = 22,
  FLOAT4E2M1 = 23,
  FLOAT8E8M0 = 24,
  UINT2 = 25,
  INT2 = 26,
  FLOAT6E2M3 = 27,
  FLOAT6E3M2 = 28,
}

export enum DataLocation {
  DEFAULT = 0,
  EXTERNAL = 1,
}

export interface TensorProto {
  dims: bigint[];
  dataType: DataTypeCode;
  floatData: number[];
  int32Data: number[];
  stringData: Uint8Array[];
  int64Data: bigint[];
  name: string;
  rawData: Uint8Array;
  doubleData: number[];
  uint64Data: bigint[];
  externalData: StringStringEntryProto[];
  dataLocation: DataLocation;
}
export const TensorProtoSchema: MessageSchema<TensorProto> = message({
  dims: many(1, "int64"),
  dataType: one(2, "int32"),
  floatData: packed(4, "float"),
  int32Data: packed(5, "int32"),
  stringData: many(6, "bytes"),
  int64Data: packed(7, "int64"),
  name: one(8, "string"),
  rawData: one(9, "bytes"),
  doubleData: packed(10, "double"),
  uint64Data: packed(11, "uint64"),
  externalData: many(13, () => StringStringEntryProtoSchema),
  dataLocation: one(14, "int32"),
});

export interface SparseTensorProto {
  values?: TensorProto;
  indices?: TensorProto;
  dims: bigint[];
}
export const SparseTensorProtoSchema: MessageSchema<SparseTensorProto> = message({
  values: one(1, () => TensorProtoSchema),
  indices: one(2, () => TensorProtoSchema),
  dims: many(3, "int64"),
});

type Choice<T> =
  { [K in keyof T]: { case: K; value: T[K] } }[keyof T] | { case: undefined; value?: undefined };

export interface DimensionProto {
  value: Choice<{ dimValue: bigint; dimParam: string }>;
}
export const DimensionProtoSchema: MessageSchema<DimensionProto> = message({
  dimValue: one(1, "int64", "value"),
  dimParam: one(2, "string", "value"),
});

export interface TensorShapeProto {
  dim: DimensionProto[];
}
export const TensorShapeProtoSchema: MessageSchema<TensorShapeProto> = message({
  dim: many(1, () => DimensionProtoSchema),
});

export interface TensorTypeProto {
  elemType: DataTypeCode;
  shape?: TensorShapeProto;
}
export const TensorTypeProtoSchema: MessageSchema<TensorTypeProto> = message({
  elemType: one(1, "int32"),
  shape: one(2, () => TensorShapeProtoSchema),
});

/** Types of values that are no tensors are kept as they stand. */
export interface TypeProto {
  value: Choice<{ tensorType: TensorTypeProto }>;
}
export const TypeProtoSchema: MessageSchema<TypeProto> = message({
  tensorType: one(1, () => TensorTypeProtoSchema, "value"),
});

export interface ValueInfoProto {
  name: string;
  type?: TypeProto;
}
export const ValueInfoProtoSchema: MessageSchema<ValueInfoProto> = message({
  name: one(1, "string"),
  type: one(2, () => TypeProtoSchema),
});

export enum AttributeType {
  UNDEFINED = 0,
  FLOAT = 1,
  INT = 2,
  STRING = 3,
  TENSOR = 4,
  GRAPH = 5,
  FLOATS = 6,
  INTS = 7,
  STRINGS = 8,
  TENSORS = 9,
  GRAPHS = 10,
  SPARSE_TENSOR = 11,
  SPARSE_TENSORS = 12,
  TYPE_PROTO = 13,
  TYPE_PROTOS = 14,
}

export interface AttributeProto {
  name: string;
  f: number;
  i: bigint;
  s: Uint8Array;
  t?: TensorProto;
  g?: GraphProto;
  floats: number[];
  ints: bigint[];
  strings: Uint8Array[];
  tensors: TensorProto[];
  graphs: GraphProto[];
  type: AttributeType;
  /** The attribute of the function around it that it stands for. */
  refAttrName: string;
  sparseTensor?: SparseTensorProto;
}
export const AttributeProtoSchema: MessageSchema<AttributeProto> = message({
  name: one(1, "string"),
  f: one(2, "float"),
  i: one(3, "int64"),
  s: one(4, "bytes"),
  t: one(5, () => TensorProtoSchema),
  g: one(6, () => GraphProtoSchema),
  floats: many(7, "float"),
  ints: many(8, "int64"),
  strings: many(9, "bytes"),
  tensors: many(10, () => TensorProtoSchema),
  graphs: many(11, () => GraphProtoSchema),
  type: one(20, "int32"),
  refAttrName: one(21, "string"),
  sparseTensor: one(22, () => SparseTensorProtoSchema),
});

export interface NodeProto {
  input: string[];
  output: string[];
  name: string;
  opType: string;
  attribute: AttributeProto[];
  domain: string;
  overload: string;
}
export const NodeProtoSchema: MessageSchema<NodeProto> = message({
  input: many(1, "string"),
  output: many(2, "string"),
  name: one(3, "string"),
  opType: one(4, "string"),
  attribute: many(5, () => AttributeProtoSchema),
  domain: one(7, "string"),
  overload: one(8, "string"),
});

export interface GraphProto {
  node: NodeProto[];
  name: string;
  initializer: TensorProto[];
  input: ValueInfoProto[];
  output: ValueInfoProto[];
  valueInfo: ValueInfoProto[];
  sparseInitializer: SparseTensorProto[];
}
export const GraphProtoSchema: MessageSchema<GraphProto> = message({
  node: many(1, () => NodeProtoSchema),
  name: one(2, "string"),
  initializer: many(5, () => TensorProtoSchema),
  input: many(11, () => ValueInfoProtoSchema),
  output: many(12, () => ValueInfoProtoSchema),
  valueInfo: many(13, () => ValueInfoProtoSchema),
  sparseInitializer: many(15, () => SparseTensorProtoSchema),
});

/** An op that a file defines itself. */
export interface FunctionProto {
  name: string;
  input: string[];
  output: string[];
  attribute: string[];
  node: NodeProto[];
  opsetImport: OperatorSetIdProto[];
  domain: string;
  attributeProto: AttributeProto[];
  overload: string;
}
export const FunctionProtoSchema: MessageSchema<FunctionProto> = message({
  name: one(1, "string"),
  input: many(4, "string"),
  output: many(5, "string"),
  attribute: many(6, "string"),
  node: many(7, () => NodeProtoSchema),
  opsetImport: many(9, () => OperatorSetIdProtoSchema),
  domain: one(10, "string"),
  attributeProto: many(11, () => AttributeProtoSchema),
  overload: one(13, "string"),
});

export interface ModelProto {
  irVersion: bigint;
  producerName: string;
  producerVersion: string;
  graph?: GraphProto;
  opsetImport: OperatorSetIdProto[];
  metadataProps: StringStringEntryProto[];
  functions: FunctionProto[];
}
export const ModelProtoSchema: MessageSchema<ModelProto> = message({
  irVersion: one(1, "int64"),
  producerName: one(2, "string"),
  producerVersion: one(3, "string"),
  graph: one(7, () => GraphProtoSchema),
  opsetImport: many(8, () => OperatorSetIdProtoSchema),
  metadataProps: many(14, () => StringStringEntryProtoSchema),
  functions: many(25, () => FunctionProtoSchema),
});
