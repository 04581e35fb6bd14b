import { StriateError } from "../base/errors.ts";
import { type DataType, type Tensor, castTo, toFloat32 } from "../base/tensor.ts";
import type { Port } from "./network.ts";

/** A tensor as the input's type: a photo comes as float32, and some networks want bytes or doubles. */
export function asType(value: Tensor, port: Port): Tensor {
  const { type } = port;
  if (value.type === type) return value;
  if (type === "string" || value.type === "string")
    throw new StriateError(`input "${port.name}": expected ${type}, got ${value.type}`);
  return castTo(isReal(value.type) && !isReal(type) ? rounded(value) : value, type);
}

const isReal = (type: DataType): boolean => /float/.test(type);

const rounded = (value: Tensor): Tensor => ({
  type: "float32",
  shape: value.shape,
  data: toFloat32(value).data.map(Math.round),
});
