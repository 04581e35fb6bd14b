import { emptyRecord } from "../base/empty-record.ts";
import { StriateError } from "../base/errors.ts";
import { readJson } from "../base/parse-json.ts";
import { sizeOf } from "../base/shape.ts";
import { type Tensor, arrayFromBytes, bytesOf, tensor } from "../base/tensor.ts";

/**
 * Named float32 tensors and a text in one file: a header in JSON, then the elements.
 *
 * Source: https://github.com/huggingface/safetensors#format
 */
export interface TensorFile {
  tensors: Map<string, Tensor<"float32">>;
  metadata: Record<string, string>;
}

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

export function writeTensorFile({ tensors, metadata }: TensorFile): Uint8Array {
  const header = emptyRecord<unknown>();
  header["__metadata__"] = metadata;
  let size = 0;
  for (const [name, value] of tensors) {
    const end = size + value.data.byteLength;
    header[name] = { dtype: "F32", shape: value.shape, data_offsets: [size, end] };
    size = end;
  }
  const text = JSON.stringify(header);
  const head = new TextEncoder().encode(text);
  // Spaces at the end of the header put the elements on an 8-byte boundary.
  const start = 8 + Math.ceil(head.length / 8) * 8;
  // bounded: what is written is in memory already
  const bytes = new Uint8Array(start + size).fill(0x20, 8, start);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - 8), true);
  bytes.set(head, 8);
  let at = start;
  for (const value of tensors.values()) {
    bytes.set(bytesOf(value), at);
    at += value.data.byteLength;
  }
  return bytes;
}

/** @throws StriateError when the bytes are no such file, or one that is cut off */
export function readTensorFile(bytes: Uint8Array): TensorFile {
  const damaged = (why: string) => new StriateError(`is damaged: ${why}`);
  if (bytes.length < 8) throw damaged("it is too short");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length > bytes.length - 8) throw damaged("its header is cut off");
  const header = readJson(bytes.subarray(8, 8 + length), "is damaged: its header");
  if (typeof header !== "object" || header === null) throw damaged("its header is no record");
  const body = bytes.subarray(8 + length);
  const { __metadata__: metadata, ...entries } = header as Record<string, unknown>;
  const tensors = new Map<string, Tensor<"float32">>();
  let taken = 0;
  for (const [name, entry] of Object.entries(entries as Record<string, Partial<Entry> | null>)) {
    const { dtype, shape, data_offsets: offsets } = entry ?? {};
    const [from, to] = Array.isArray(offsets) ? offsets : [NaN, NaN];
    if (dtype !== "F32" || !Array.isArray(shape)) throw damaged(`"${name}" is no float32 tensor`);
    if (!(from >= 0 && to >= from && to <= body.length && to - from === 4 * sizeOf(shape)))
      throw damaged(`"${name}" is cut off`);
    // Tensors do not share elements, or a small file would ask for much memory.
    taken += to - from;
    if (taken > body.length) throw damaged(`"${name}" overlaps with others`);
    tensors.set(name, tensor("float32", shape, arrayFromBytes("float32", body.slice(from, to))));
  }
  return { tensors, metadata: (metadata ?? {}) as Record<string, string> };
}
