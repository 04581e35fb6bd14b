import { describe, expect, it } from "vitest";
import { type Tensor, float32, tensor, toNumbers } from "../base/tensor.ts";
import { readNpy, writeNpy } from "./npy.ts";
import { readNpz, writeNpz } from "./npz.ts";

/** The bytes that `np.save` of NumPy 2.4 wrote: its header, then the elements in hexadecimal. */
function saved(descr: string, fortran: "True" | "False", shape: string, hex: string): Uint8Array {
  const text = `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`;
  const header = `\x93NUMPY\x01\x00v\x00${text.padEnd(117)}\n`;
  const bytes = [...header].map((letter) => letter.charCodeAt(0));
  return Uint8Array.from([...bytes, ...Buffer.from(hex, "hex")]);
}

describe("a .npy file by NumPy", () => {
  it.each([
    [
      "float32",
      "<f4",
      "False",
      "(2, 2)",
      "0000c03f000000c00000404000008040",
      [2, 2],
      [1.5, -2, 3, 4],
    ],
    ["float64", ">f8", "False", "(2,)", "3ff8000000000000c000000000000000", [2], [1.5, -2]],
    [
      "int32",
      "<i4",
      "True",
      "(2, 3)",
      "000000000300000001000000040000000200000005000000",
      [2, 3],
      [0, 1, 2, 3, 4, 5],
    ],
    ["int64", "<i8", "False", "()", "0700000000000000", [], [7]],
    ["bool", "|b1", "False", "(2,)", "0100", [2], [1, 0]],
    ["float16", "<f2", "False", "(2,)", "003c00c0", [2], [1, -2]],
  ] as const)(
    "of %s (%s, Fortran order %s) is read",
    (type, descr, fortran, text, hex, shape, values) => {
      const read = readNpy(saved(descr, fortran, text, hex));
      expect(read.type).toBe(type);
      expect(read.shape).toEqual(shape);
      expect(toNumbers(read)).toEqual(values);
    },
  );

  it.each([
    ["texts", saved("<U1", "False", "(1,)", "61000000"), /x\.npy: holds "<U1", expected numbers/],
    ["too few elements", saved("<f4", "False", "(9,)", "00000000"), /x\.npy: is cut off/],
    ["another file", new Uint8Array(20), /x\.npy: is no NumPy array/],
    ["a claim of 10^12 elements", saved("<f4", "False", "(1000000, 1000000)", ""), /cut off/],
  ])("with %s is refused in words", (_, bytes, words) => {
    expect(() => readNpy(bytes, "x.npy")).toThrow(words);
  });

  it("is written byte by byte as NumPy does it", () => {
    expect(writeNpy(float32([2, 2], [1.5, -2, 3, 4]))).toEqual(
      saved("<f4", "False", "(2, 2)", "0000c03f000000c00000404000008040"),
    );
  });
});

describe("a .npz file", () => {
  it("holds arrays by any name", async () => {
    const arrays = new Map<string, Tensor>([
      ["base/conv[0]", float32([1, 2], [3, 4])],
      ["x:input", tensor("float16", [2], Uint16Array.of(0x3c00, 0xc000))],
      ["count", tensor("int64", [], BigInt64Array.of(5n))],
    ]);
    const again = await readNpz(await writeNpz(arrays));
    expect([...again]).toEqual([...arrays]);
  });
});
