import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { countedBytes } from "../../../test/counted-bytes.ts";
import { StriateError } from "../../base/errors.ts";
import { toNumbers } from "../../base/tensor.ts";
import { readModel } from "../read-model.ts";
import { type Hdf5Group, openHdf5 } from "./hdf5-file.ts";

/** What h5py wrote and read back: fixtures/hdf5-features.py. Elements that are not listed are the fill value. */
interface Contents {
  datasets: Record<string, { shape: number[]; fill: number; values: [number, number][] }>;
  refused: string[];
}
const fixture = (name: string) =>
  readFileSync(new URL(`../../../fixtures/data/hdf5/${name}`, import.meta.url));
const expected = JSON.parse(fixture("features.json").toString()) as Record<string, Contents>;

describe.each(Object.entries(expected))("%s", (name, { datasets, refused }) => {
  const root = openHdf5(countedBytes(fixture(name)));

  it("gives every dataset h5py's shape and values", () => {
    for (const [path, wanted] of Object.entries(datasets)) {
      const read = root.dataset(path)!.read();
      expect(read.shape, path).toEqual(wanted.shape);
      const values = new Map(wanted.values);
      const numbers = toNumbers(read);
      const wrong = numbers.filter((number, i) => number !== (values.get(i) ?? wanted.fill));
      expect(wrong, path).toEqual([]);
    }
  });

  it("refuses in words what would come out wrong", () => {
    const group: Hdf5Group = root.group("refused")!;
    for (const path of refused) {
      const read = () => group.dataset(path)!.read();
      expect(read, path).toThrow(StriateError);
      expect(read, path).toThrow(/not supported|expected numbers/);
    }
  });
});

describe.each(["more-v110.h5", "more-latest.h5"])("%s", (name) => {
  const root = openHdf5(countedBytes(fixture(name)));

  it("gives an attribute of more than 64 kB, which lies elsewhere", () => {
    const wanted = Array.from({ length: 16_500 }, (_, i) => Number(i % 251 === 7));
    expect(root.attribute("long")).toEqual(wanted);
    expect(root.attribute("short")).toBe(5);
  });

  it.each(["n-bit", "szip", "scale-offset", "elsewhere"])("refuses %s in words", (path) => {
    expect(() => root.group("refused")!.dataset(path)!.read()).toThrow(/not supported/);
  });
});

it("a file behind a user block is refused in words", async () => {
  const source = {
    name: "user-block.h5",
    bytes: fixture("user-block.h5"),
    sibling: () => Promise.reject(new StriateError("none")),
  };
  await expect(readModel(source)).rejects.toThrow(/HDF5 file behind a user block/);
});
