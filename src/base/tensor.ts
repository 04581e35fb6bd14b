import { type Shape, sizeOf } from "./shape.ts";
import { toFloat16, toBfloat16, fromFloat16, fromFloat16s, fromBfloat16 } from "./float16.ts";
import { checkedLength } from "./checked-length.ts";
import { StriateError } from "./errors.ts";

/** The typed array that holds the elements of each type. Half floats are kept as their 16 bits. */
export interface DataArrays {
  float32: Float32Array;
  float64: Float64Array;
  float16: Uint16Array;
  bfloat16: Uint16Array;
  int8: Int8Array;
  int16: Int16Array;
  int32: Int32Array;
  int64: BigInt64Array;
  uint8: Uint8Array;
  uint16: Uint16Array;
  uint32: Uint32Array;
  uint64: BigUint64Array;
  /** One byte an element, 0 or 1. */
  bool: Uint8Array;
  string: string[];
}
export type DataType = keyof DataArrays;
export type NumericType = Exclude<DataType, "string">;

/**
 * A dense, row-major tensor. It is plain data: it can be posted to a worker, and nothing is hidden.
 *
 * A scalar has shape `[]`. Axis meaning (NCHW or NHWC) is not the tensor's business: whoever hands a
 * tensor over a border says it beside the tensor.
 */
export interface Tensor<T extends DataType = DataType> {
  readonly type: T;
  readonly shape: Shape;
  readonly data: DataArrays[T];
}

const constructors = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} as const;

/** Bytes of one element; 0 for strings, which have no fixed size. */
export function bytesPerElement(type: DataType): number {
  return type === "string" ? 0 : constructors[type].BYTES_PER_ELEMENT;
}

/** Makes a tensor, and checks that the data fills the shape. */
export function tensor<T extends DataType>(type: T, shape: Shape, data: DataArrays[T]): Tensor<T> {
  const size = sizeOf(shape);
  if (data.length !== size)
    throw new StriateError(
      `a ${type} tensor of shape [${shape.join(", ")}] holds ${size} elements, got ${data.length}`,
    );
  return { type, shape, data };
}

/** A float32 tensor from numbers. */
export function float32(shape: Shape, data: ArrayLike<number>): Tensor<"float32"> {
  return tensor("float32", shape, data instanceof Float32Array ? data : Float32Array.from(data));
}

/** An int64 tensor from numbers; with no shape given, a vector. */
export function int64(data: readonly number[], shape: Shape = [data.length]): Tensor<"int64"> {
  return tensor("int64", shape, BigInt64Array.from(data, toInt64));
}

const largestInt64 = 2n ** 63n - 1n;

/** A whole number as int64. The largest one ("to the end" of an axis) is no double and comes in as one too large. */
export function toInt64(value: number): bigint {
  if (!Number.isInteger(value)) throw new StriateError(`expected a whole number, got ${value}`);
  const exact = BigInt(value);
  return exact > largestInt64 ? largestInt64 : exact;
}

/** A tensor of zeros (empty strings for `"string"`). */
export function zeros<T extends DataType>(type: T, shape: Shape): Tensor<T> {
  return tensor(type, shape, newArray(type, sizeOf(shape)));
}

/** A zeroed array of the kind that holds `type`. */
export function newArray<T extends DataType>(type: T, length: number): DataArrays[T] {
  checkedLength(length, "elements", 2 ** 31);
  const made =
    type === "string"
      ? // bounded: as was just checked
        new Array<string>(length).fill("")
      : new constructors[type as NumericType](length);
  return made as DataArrays[T];
}

/**
 * Views `bytes` (little-endian, row-major) as the elements of `type`. Copies only where the bytes
 * are not aligned for the element size.
 */
export function arrayFromBytes<T extends NumericType>(type: T, bytes: Uint8Array): DataArrays[T] {
  const Constructor = constructors[type as NumericType];
  const width = Constructor.BYTES_PER_ELEMENT;
  if (bytes.byteLength % width !== 0)
    throw new StriateError(`${bytes.byteLength} bytes are no whole number of ${type} elements`);
  // Not slice(): on a Node Buffer that is a view and no copy.
  const aligned = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
  return new Constructor(
    aligned.buffer as ArrayBuffer,
    aligned.byteOffset,
    bytes.byteLength / width,
  ) as DataArrays[T];
}

/** The bytes of a numeric tensor's elements, without a copy. */
export function bytesOf(value: Tensor): Uint8Array {
  if (value.type === "string") throw new StriateError("a string tensor has no fixed-width bytes");
  const data = value.data as Exclude<DataArrays[DataType], string[]>;
  return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
}

/** The elements as doubles, whatever the type; 64-bit integers lose what a double cannot hold. */
export function toNumbers(value: Tensor): number[] {
  switch (value.type) {
    case "float16":
      return Array.from(value.data as Uint16Array, fromFloat16);
    case "bfloat16":
      return Array.from(value.data as Uint16Array, fromBfloat16);
    case "string":
      throw new StriateError("a string tensor holds no numbers");
    default:
      return Array.from(value.data as ArrayLike<number | bigint>, Number);
  }
}

/** The tensor as float32; the same object when it is float32 already. */
export function toFloat32(value: Tensor): Tensor<"float32"> {
  if (value.type === "float32") return value as Tensor<"float32">;
  const source = value.data;
  if (value.type === "float16")
    return { type: "float32", shape: value.shape, data: fromFloat16s(source as Uint16Array) };
  const data = new Float32Array(source.length);
  if (value.type === "bfloat16")
    for (let i = 0; i < data.length; i++) data[i] = fromBfloat16(source[i] as number);
  else if (value.type === "string") throw new StriateError("a string tensor holds no numbers");
  else for (let i = 0; i < data.length; i++) data[i] = Number(source[i]);
  return { type: "float32", shape: value.shape, data };
}

/** The tensor as another numeric type, by the rules of a C cast (half floats round to nearest even). */
export function castTo<T extends NumericType>(value: Tensor, type: T): Tensor<T> {
  if ((value.type as DataType) === type) return value as Tensor<T>;
  if (type === "float32") return toFloat32(value) as Tensor<T>;
  const source = value.data;
  if (type === "int64" && fitsInt32.has(value.type))
    return { type, shape: value.shape, data: widened(source as Int32Array) } as Tensor as Tensor<T>;
  const data = newArray(type, source.length);
  const [from, to] = [readerOf(value.type), writerOf(type)];
  for (let i = 0; i < source.length; i++) data[i] = to(from(source[i] as never));
  return { type, shape: value.shape, data };
}

const fitsInt32: ReadonlySet<DataType> = new Set([
  "int8",
  "uint8",
  "int16",
  "uint16",
  "int32",
  "bool",
]);

/** The two halves of each number are written: to make a BigInt of each takes some fifty times as long. */
function widened(source: Int32Array): BigInt64Array<ArrayBuffer> {
  const data = new BigInt64Array(source.length);
  const halves = new Int32Array(data.buffer);
  for (let i = 0; i < source.length; i++) {
    const number = source[i]!;
    halves[2 * i] = number;
    halves[2 * i + 1] = number >> 31;
  }
  return data;
}

/** What NumPy makes of a number that no whole number stands for: the smallest of 64 bits. */
const noInteger = -(2n ** 63n);

function readerOf(type: DataType): (item: number | bigint) => number {
  if (type === "string") throw new StriateError("a string tensor holds no numbers");
  if (type === "float16") return fromFloat16 as (item: number | bigint) => number;
  return type === "bfloat16" ? (fromBfloat16 as (item: number | bigint) => number) : Number;
}

function writerOf(type: NumericType): (value: number) => number | bigint {
  switch (type) {
    case "int64":
    case "uint64":
      return (value) => (Number.isFinite(value) ? BigInt(Math.trunc(value)) : noInteger);
    case "float16":
      return toFloat16;
    case "bfloat16":
      return toBfloat16;
    case "bool":
      return (value) => (value === 0 ? 0 : 1);
    default:
      return (value) => value;
  }
}

/** The same elements under another shape of equal size, without a copy. */
export function reshape<T extends DataType>(value: Tensor<T>, shape: Shape): Tensor<T> {
  return tensor(value.type, shape, value.data);
}
