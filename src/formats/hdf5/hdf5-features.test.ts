import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { countedBytes } from "../../../test/counted-bytes.ts";
import { StriateError } from "../../base/errors.ts";
import { toNumbers } from "../../base/tensor.ts";
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
