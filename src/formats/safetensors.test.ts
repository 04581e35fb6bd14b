import { describe, expect, test } from "vitest";
import { float32 } from "../base/tensor.ts";
import { readTensorFile, writeTensorFile } from "./safetensors.ts";

const file = () =>
  writeTensorFile({
    tensors: new Map([
      ["a", float32([2, 3], [1, 2, 3, 4, 5, Infinity])],
      ["empty", float32([0], [])],
      ["scalar", float32([], [-0])],
    ]),
    metadata: { kind: "test" },
  });

describe("tensor files", () => {
  test("have the layout that safetensors describes", () => {
    const bytes = file();
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect((8 + length) % 8).toBe(0);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as unknown;
    expect(header).toEqual({
      __metadata__: { kind: "test" },
      a: { dtype: "F32", shape: [2, 3], data_offsets: [0, 24] },
      empty: { dtype: "F32", shape: [0], data_offsets: [24, 24] },
      scalar: { dtype: "F32", shape: [], data_offsets: [24, 28] },
    });
    expect(bytes.length).toBe(8 + length + 28);
  });

  test("come back as they went", () => {
    const { tensors, metadata } = readTensorFile(file());
    expect(metadata).toEqual({ kind: "test" });
    expect([...tensors.get("a")!.data]).toEqual([1, 2, 3, 4, 5, Infinity]);
    expect(Object.is(tensors.get("scalar")!.data[0], -0)).toBe(true);
  });

  test("that are cut off anywhere are refused, never misread", () => {
    const whole = file();
    for (let length = 0; length < whole.length; length++)
      expect(() => readTensorFile(whole.slice(0, length)), String(length)).toThrow(/is damaged/);
  });

  test("whose header lies are refused", () => {
    const lying = (header: unknown) => {
      const text = new TextEncoder().encode(JSON.stringify(header));
      const bytes = new Uint8Array(8 + text.length + 8);
      new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
      bytes.set(text, 8);
      return () => readTensorFile(bytes);
    };
    const entry = { dtype: "F32", shape: [2], data_offsets: [0, 8] };
    expect(lying({ a: entry })).not.toThrow();
    expect(lying({ a: { ...entry, shape: [3] } })).toThrow(/"a" is cut off/);
    expect(lying({ a: { ...entry, data_offsets: [-8, 0] } })).toThrow(/"a" is cut off/);
    expect(lying({ a: { ...entry, data_offsets: [4, 12] } })).toThrow(/"a" is cut off/);
    expect(lying({ a: { ...entry, dtype: "F64" } })).toThrow(/"a" is no float32 tensor/);
    expect(lying({ a: { ...entry, data_offsets: null } })).toThrow(/"a" is cut off/);
    const huge = new Uint8Array(16).fill(0xff);
    expect(() => readTensorFile(huge)).toThrow(/header is cut off/);
  });
});
