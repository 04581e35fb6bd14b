import { expect, it } from "vitest";
import { UnreachableError } from "../base/errors.ts";
import { describeValue, readBlob, sortFile, wrongArgument } from "./sources.ts";

it.each([
  ["a.h5", { kind: "path", path: "a.h5" }],
  ["https://x.org/a.h5", { kind: "url", url: "https://x.org/a.h5" }],
  [new URL("http://x.org/a"), { kind: "url", url: "http://x.org/a" }],
  [new URL("file:///m/a%20b.h5"), { kind: "path", path: "/m/a b.h5" }],
  [new URL("file:///C:/m/a.h5"), { kind: "path", path: "C:/m/a.h5" }],
])("%s is what it says", (source, sorted) => {
  expect(sortFile(source)).toEqual(sorted);
});

it("bytes are bytes, whatever holds them, and a part of a buffer is that part alone", () => {
  const whole = Uint8Array.of(1, 2, 3, 4);
  expect(sortFile(whole.subarray(1, 3))).toEqual({ kind: "bytes", bytes: Uint8Array.of(2, 3) });
  expect(sortFile(whole.buffer)).toEqual({ kind: "bytes", bytes: whole });
  expect(sortFile(Buffer.from([7]))).toMatchObject({ kind: "bytes" });
  expect(sortFile(new Uint8ClampedArray([5]))).toEqual({ kind: "bytes", bytes: Uint8Array.of(5) });
});

it("a Blob has no name, a File has its own", () => {
  expect(sortFile(new Blob(["x"]))).toMatchObject({ kind: "blob", name: undefined });
  expect(sortFile(new File(["x"], "a.onnx"))).toMatchObject({ kind: "blob", name: "a.onnx" });
});

it("a file that cannot be read any more is named, with what to do", async () => {
  const gone = new File(["x"], "a.h5");
  gone.arrayBuffer = () => Promise.reject(new DOMException("moved", "NotReadableError"));
  await expect(readBlob(gone)).rejects.toBeInstanceOf(UnreachableError);
  await expect(readBlob(gone, "a.h5")).rejects.toThrow(
    "a.h5: cannot be read any more; it was moved, changed or locked since it was chosen: choose it again",
  );
});

it.each([7, null, undefined, {}, [], new Map(), () => 1])("%s is no file", (source) => {
  expect(sortFile(source)).toBeUndefined();
});

it.each<[unknown, string]>([
  [new Uint8Array(5000), "an Uint8Array of 5000 bytes"],
  [[1, 2, 3], "an array of 3 (each a number)"],
  [{ model: 1, x: 2 }, "an object with model, x"],
  [Promise.resolve(1), "a Promise: put await in front of it"],
  ["", "an empty text"],
  ["x".repeat(1e4), "the text"],
  [function load() {}, "a function (load)"],
  [undefined, "undefined"],
])("what came is named in a few words, however large it is", (value, words) => {
  const text = describeValue(value);
  expect(text).toContain(words);
  expect(text.length).toBeLessThan(100);
  expect(() => wrongArgument("loadModel", "a path", value)).toThrow(
    "loadModel: expected a path; got",
  );
});
