import { describe, expect, it } from "vitest";
import { countedBytes } from "../../../test/counted-bytes.ts";
import { Budget } from "../../base/budget.ts";
import type { ByteSource } from "../../base/byte-source.ts";
import { Cursor } from "./cursor.ts";

const cursorOf = (bytes: ByteSource, at: number): Cursor =>
  Cursor.of(bytes, new Budget(bytes.length)).from(at);

describe("a cursor over a file that is read piece by piece", () => {
  const bytes = Uint8Array.from({ length: 20_000 }, (_, i) => (i * 7 + (i >> 8)) % 251);
  const view = new DataView(bytes.buffer);

  it("reads the same numbers wherever the pieces meet", () => {
    const cursor = cursorOf(countedBytes(bytes), 1);
    while (cursor.left >= 7) {
      const { at } = cursor;
      expect([cursor.u8(), cursor.u16(), cursor.u32()]).toEqual([
        view.getUint8(at),
        view.getUint16(at + 1, true),
        view.getUint32(at + 3, true),
      ]);
    }
    expect(() => cursor.take(8)).toThrow(/8 bytes at \d+ are outside its 20000 bytes/);
  });

  it("looks at many numbers with one read", () => {
    const source = countedBytes(bytes);
    const cursor = cursorOf(source, 100);
    for (let i = 0; i < 500; i++) cursor.from(100 + i).u32();
    cursor.part(300).from(8).u16();
    expect(source.reads).toHaveLength(1);
  });

  it("finds the end of a text however far it is, and keeps within its part", () => {
    const text = "x".repeat(9000);
    const file = new TextEncoder().encode(`..${text}\0after\0`);
    const cursor = cursorOf(countedBytes(file), 2);
    expect(cursor.textToZero()).toBe(text);
    expect(cursor.textToZero()).toBe("after");
    expect(() => cursorOf(file, 2).part(8999).textToZero()).toThrow("a text does not end");
  });
});
