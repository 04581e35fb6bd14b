import { StriateError, UnsupportedError, namingSync } from "../../base/errors.ts";
import { formatShape, sizeOf } from "../../base/shape.ts";
import {
  type DataType,
  type NumericType,
  type Tensor,
  arrayFromBytes,
  bytesPerElement,
  tensor,
} from "../../base/tensor.ts";
import { densify } from "./densify.ts";
import { FlatTable } from "./flat-table.ts";
import { operatorNames } from "./operator-names.ts";

/** What a TFLite file holds, as far as a network needs it. */
export interface TfliteModel extends TfliteSubgraph {
  description: string;
  /** The branches of its choices, by number; the network itself is the first. */
  subgraphs: TfliteSubgraph[];
  /** Notes in the file, by name. */
  metadata: Map<string, Uint8Array>;
}

/** A network, or a part of it that is run on condition. */
export interface TfliteSubgraph {
  tensors: TfliteTensor[];
  operators: TfliteOperator[];
  /** Numbers of tensors. */
  inputs: TfliteEnd[];
  outputs: TfliteEnd[];
}

export interface TfliteEnd {
  tensor: number;
  /** What the file's signature calls it; empty where it has none. */
  name: string;
}

export interface TfliteTensor {
  name: string;
  type: DataType;
  shape: readonly number[];
  /** With -1 for a free length; empty where none is free. */
  freeShape: readonly number[];
  quantization?: Quantization;
  /** A constant's elements as they stand in the file; of a sparse one with its zeros. */
  value?: Tensor;
  /** Why its elements are not read. */
  unread?: string;
  /** A state that an op keeps from one run to the next; it begins with zeros. */
  isState?: boolean;
}

/** How whole numbers stand for real ones: `scale * (q - zeroPoint)`. */
export interface Quantization {
  /** One number, or one for each slice of `axis`. */
  scale: readonly number[];
  zeroPoint: readonly number[];
  axis: number;
}

export interface TfliteOperator {
  /** `CONV_2D`; of a custom op its own name. */
  op: string;
  /** Numbers of tensors; -1 for an optional one that is not there. */
  inputs: readonly number[];
  outputs: readonly number[];
  options?: FlatTable;
}

/** Element types by TFLite's numbers. */
const types: Readonly<Record<number, DataType>> = {
  0: "float32",
  1: "float16",
  2: "int32",
  3: "uint8",
  4: "int64",
  5: "string",
  6: "bool",
  7: "int16",
  9: "int8",
  10: "float64",
  12: "uint64",
  15: "uint32",
  16: "uint16",
  18: "bfloat16",
};

/** The element type of a TFLite number. @throws UnsupportedError */
export function typeOfTflite(code: number): DataType {
  const type = types[code];
  if (type === undefined) throw new UnsupportedError(unknownType(code));
  return type;
}

const unknownType = (code: number): string => `element type ${code} of TFLite is not known`;

/**
 * Reads the tables of a TFLite file: its first network.
 *
 * @throws StriateError where it is damaged
 * @see https://github.com/tensorflow/tensorflow/blob/master/tensorflow/compiler/mlir/lite/schema/schema.fbs
 */
export function parseTflite(bytes: Uint8Array): TfliteModel {
  const model = FlatTable.root(bytes);
  const [graph, ...others] = model.tables(2);
  if (!graph) throw new StriateError("the TFLite file holds no network");
  const buffers = model.tables(4).map((buffer) => contentOf(buffer, bytes));
  const codes = model.tables(1).map((code) => {
    // Numbers from 127 on do not fit where the number stood at first.
    const number = Math.max(code.byte(0), code.int(3));
    const custom = code.text(1);
    return custom === "" ? (operatorNames[number] ?? `op ${number}`) : custom;
  });
  const signature = model.tables(7).find((entry) => entry.int(4) === 0);
  const subgraph = (table: FlatTable, names?: FlatTable): TfliteSubgraph => {
    const ends = (field: number, entries: FlatTable[] = []): TfliteEnd[] =>
      table.ints(field).map((number) => {
        const entry = entries.find((each) => each.int(1) === number);
        return { tensor: number, name: entry?.text(0) ?? "" };
      });
    return {
      tensors: table.tables(0).map((each) => tensorFrom(each, buffers)),
      operators: table.tables(3).map((operator) => {
        const options = operator.table(4);
        return {
          op: codes[operator.int(0)] ?? "op without a name",
          inputs: operator.ints(1),
          outputs: operator.ints(2),
          ...(options ? { options } : {}),
        };
      }),
      inputs: ends(1, names?.tables(0)),
      outputs: ends(2, names?.tables(1)),
    };
  };
  const metadata = model
    .tables(6)
    .map((entry): [string, Uint8Array] => [
      entry.text(0),
      buffers[entry.int(1)] ?? new Uint8Array(),
    ]);
  const whole = subgraph(graph, signature);
  return {
    description: model.text(3),
    ...whole,
    subgraphs: [whole, ...others.map((each) => subgraph(each))],
    metadata: new Map(metadata),
  };
}

/** A buffer's bytes: in the table itself, or behind all tables in a large file. */
function contentOf(buffer: FlatTable, file: Uint8Array): Uint8Array {
  const [offset, size] = [buffer.long(1), buffer.long(2)];
  // An offset of 1 is a placeholder that converters leave.
  if (offset <= 1) return buffer.bytes(0);
  if (offset + size > file.length)
    throw new StriateError("the file is cut off or damaged: a part would lie outside of it");
  return file.subarray(offset, offset + size);
}

function tensorFrom(table: FlatTable, buffers: readonly Uint8Array[]): TfliteTensor {
  const name = table.text(3);
  return namingSync(`tensor "${name}"`, () => {
    const shape = table.ints(0);
    if (shape.some((length) => length < 0))
      throw new StriateError(`has a shape that cannot be: ${formatShape(shape)}`);
    const code = table.byte(1);
    const type = types[code];
    const made: TfliteTensor = { name, type: type ?? "int8", shape, freeShape: table.ints(7) };
    if (table.flag(5)) made.isState = true;
    const quantization = table.table(4);
    const scale = quantization?.reals(2) ?? [];
    if (quantization && scale.length > 0)
      made.quantization = { scale, zeroPoint: quantization.longs(3), axis: quantization.int(6) };
    const content = buffers[table.int(2)];
    if (type === "string" || !content || (content.length === 0 && !shape.includes(0)))
      return type === undefined && code !== INT4 ? { ...made, unread: unknownType(code) } : made;
    if (code === INT4) return { ...made, value: tensor("int8", shape, halfBytes(content, shape)) };
    if (type === undefined) return { ...made, unread: unknownType(code) };
    const sparsity = table.table(6);
    const wanted = sizeOf(shape) * bytesPerElement(type);
    if (sparsity === undefined && content.length !== wanted)
      throw new StriateError(
        `should have ${wanted} bytes for its shape ${formatShape(shape)}, the file has ${content.length}`,
      );
    const stored = arrayFromBytes(type as NumericType, content);
    const data = sparsity ? densify(shape, sparsity, stored) : stored;
    return { ...made, value: tensor(type as NumericType, shape, data) };
  });
}

const INT4 = 17;

/** Whole numbers of 4 bits, from -8 to 7: two in a byte, the lower half first. */
function halfBytes(bytes: Uint8Array, shape: readonly number[]): Int8Array {
  const size = sizeOf(shape);
  if (bytes.length !== Math.ceil(size / 2))
    throw new StriateError(
      `should have ${Math.ceil(size / 2)} bytes for its shape ${formatShape(shape)} of 4 bits each, the file has ${bytes.length}`,
    );
  // bounded: by the bytes that are there
  return Int8Array.from({ length: size }, (_, i) => {
    const half = (bytes[i >> 1]! >> (i % 2 === 0 ? 0 : 4)) & 15;
    return half > 7 ? half - 16 : half;
  });
}
