import { File, FS, Module, ready } from "h5wasm";
import { beforeAll, describe, expect, it } from "vitest";
import { type Tensor, float32, int64, tensor, toNumbers } from "../../base/tensor.ts";
import { openHdf5 } from "./hdf5-file.ts";
import { type GroupToWrite, writeHdf5 } from "./write-hdf5.ts";

const group = (
  children: Record<string, GroupToWrite | Tensor>,
  attributes: GroupToWrite["attributes"] = {},
): GroupToWrite => ({ attributes, children: new Map(Object.entries(children)) });

/** More names than one leaf, and more leaves than one node, of the tree of names can hold. */
const many = Object.fromEntries(
  Array.from({ length: 600 }, (_, i) => [`layer_${i}`, float32([1], [i])]),
);
const bytes = writeHdf5(
  group(
    {
      kernel: float32([2, 3], [1, 2, 3, 4, 5, 6]),
      half: tensor("float16", [2], Uint16Array.of(0x3c00, 0xc000)),
      double: tensor("float64", [1], Float64Array.of(0.1)),
      count: int64([-3], []),
      bytes: tensor("uint8", [3], Uint8Array.of(0, 7, 255)),
      empty: float32([0, 4], []),
      many: group(many),
      nested: group({ deeper: group({ x: float32([], [2.5]) }) }),
    },
    { config: "é".repeat(50_000), names: ["a", "bcd", "層"], none: [], version: 7 },
  ),
);

describe("an HDF5 file that was written", () => {
  it("is read again as it was", () => {
    const root = openHdf5(bytes);
    expect(toNumbers(root.dataset("kernel")!.read())).toEqual([1, 2, 3, 4, 5, 6]);
    expect(root.dataset("kernel")!.shape).toEqual([2, 3]);
    expect(toNumbers(root.dataset("half")!.read())).toEqual([1, -2]);
    expect(toNumbers(root.dataset("count")!.read())).toEqual([-3]);
    expect(root.dataset("empty")!.shape).toEqual([0, 4]);
    expect(toNumbers(root.dataset("nested/deeper/x")!.read())).toEqual([2.5]);
    expect(root.attribute("config")).toBe("é".repeat(50_000));
    expect(root.attribute("names")).toEqual(["a", "bcd", "層"]);
    expect(root.attribute("none")).toEqual([]);
    expect(root.attribute("version")).toBe(7);
    expect(root.group("many")!.names()).toEqual(Object.keys(many).sort());
  });

  it("refuses what HDF5 cannot hold", () => {
    const long = Array.from({ length: 3000 }, (_, i) => `a rather long name of a layer ${i}`);
    expect(() => writeHdf5(group({}, { long }))).toThrow(/64 kB/);
    expect(() => writeHdf5(group({ "a/b": float32([1], [1]) }))).toThrow(/"a\/b" cannot be a name/);
  });
});

describe("the HDF5 library", () => {
  beforeAll(async () => {
    await ready;
    Module.activate_throwing_error_handler();
    FS!.writeFile("/written.h5", bytes);
  });

  it("reads the same from it", () => {
    const file = new File("/written.h5", "r");
    const value = (path: string) => (file.get(path) as unknown as { value: unknown }).value;
    expect(value("kernel")).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6));
    expect(value("double")).toEqual(Float64Array.of(0.1));
    expect(value("bytes")).toEqual(Uint8Array.of(0, 7, 255));
    expect(value("count")).toBe(-3n);
    for (const i of [0, 1, 299, 599]) expect(value(`many/layer_${i}`)).toEqual(Float32Array.of(i));
    expect((file.get("many") as unknown as { keys(): string[] }).keys()).toHaveLength(600);
    expect(file.attrs.config!.value).toBe("é".repeat(50_000));
    expect((file.attrs.names!.value as string[]).slice(0, 2)).toEqual(["a", "bcd"]);
    file.close();
  });
});
