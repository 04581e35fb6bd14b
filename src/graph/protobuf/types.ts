import { StriateError } from "../../base/errors.ts";
import type { DataType } from "../../base/tensor.ts";
import { DataTypeCode as Code } from "./onnx-messages.ts";

/** Our element types and the numbers that ONNX gives them. */
const codes: Record<DataType, Code> = {
  float32: Code.FLOAT,
  uint8: Code.UINT8,
  int8: Code.INT8,
  uint16: Code.UINT16,
  int16: Code.INT16,
  int32: Code.INT32,
  int64: Code.INT64,
  string: Code.STRING,
  bool: Code.BOOL,
  float16: Code.FLOAT16,
  float64: Code.DOUBLE,
  uint32: Code.UINT32,
  uint64: Code.UINT64,
  bfloat16: Code.BFLOAT16,
};
const types = new Map(Object.entries(codes).map(([type, code]) => [code, type as DataType]));

/** The ONNX number of an element type, as the `to` attribute of Cast wants it. */
export const typeCode = (type: DataType): number => codes[type];

/** The element type of an ONNX number; undefined for those that no CNN op computes in (float8, int4). */
export const maybeTypeOfCode = (code: number): DataType | undefined => types.get(code);

/** The element type of an ONNX number; one that we do not compute in is an error that names it. */
export function typeOfCode(code: number): DataType {
  const type = types.get(code);
  if (type === undefined)
    throw new StriateError(
      `element type ${Code[code] ?? code} is not supported; striate knows ${Object.keys(codes).join(", ")}`,
    );
  return type;
}
