import { StriateError, namingSync } from "../../base/errors.ts";
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
import {
  DataLocation as Location,
  DataTypeCode as Code,
  type TensorProto,
  TensorProtoSchema,
} from "./onnx-messages.ts";
import { create } from "./message.ts";
import { maybeTypeOfCode, typeOfCode } from "./types.ts";

const utf8 = new TextDecoder();

/** Where a tensor's bytes lie when they are not in the model file itself. */
export interface ExternalData {
  location: string;
  offset: number;
  /** Bytes; undefined where the file does not say: what the shape needs. */
  length: number | undefined;
}

export interface ReadOptions {
  /** Fetches the bytes of a tensor that lies in another file, from `offset` on. */
  external?: (place: ExternalData) => Uint8Array;
}

/** Whether a tensor message is of a type that a {@link Tensor} can hold. */
export const isPlainTensor = (proto: TensorProto): boolean =>
  maybeTypeOfCode(proto.dataType) !== undefined;

/**
 * A tensor message as a tensor, whichever of its many encodings it uses. Raw data is viewed, not
 * copied.
 *
 * @throws StriateError naming the tensor when data and shape do not belong together
 */
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

/** The message with its data inside, for a tensor that is kept as it is (float8, int4). */
export function withDataInside(proto: TensorProto, options: ReadOptions): TensorProto {
  if (proto.dataLocation !== Location.EXTERNAL) return proto;
  return namingSync(`tensor "${proto.name}"`, () =>
    create(TensorProtoSchema, {
      name: proto.name,
      dims: proto.dims,
      dataType: proto.dataType,
      rawData: externalBytes(proto, undefined, options),
    }),
  );
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

function externalBytes(
  proto: TensorProto,
  needed: number | undefined,
  options: ReadOptions,
): Uint8Array {
  const entries = new Map(proto.externalData.map(({ key, value }) => [key, value]));
  const location = entries.get("location");
  if (location === undefined || options.external === undefined)
    throw new StriateError(
      `its data lies in another file ("${location ?? "unnamed"}"), which is not here`,
    );
  const whole = (key: string): number | undefined => {
    const text = entries.get(key);
    const value = Number(text);
    if (text !== undefined && !(Number.isSafeInteger(value) && value >= 0))
      throw new StriateError(`the ${key} of its data in "${location}" is "${text}"`);
    return text === undefined ? undefined : value;
  };
  return options.external({
    location,
    offset: whole("offset") ?? 0,
    length: whole("length") ?? needed,
  });
}
