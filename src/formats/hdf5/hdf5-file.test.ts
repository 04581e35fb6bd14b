import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { countedBytes } from "../../../test/counted-bytes.ts";
import { StriateError } from "../../base/errors.ts";
import { Random } from "../../base/random.ts";
import { toNumbers } from "../../base/tensor.ts";
import { openHdf5 } from "./hdf5-file.ts";

/** What h5py wrote and read back: fixtures/hdf5.py. */
interface Contents {
  attributes: Record<string, Record<string, unknown>>;
  datasets: Record<string, { shape: number[]; values: number[] }>;
}
const fixture = (name: string) =>
  readFileSync(new URL(`../../../fixtures/data/hdf5/${name}`, import.meta.url));
const expected = JSON.parse(fixture("expected.json").toString()) as Record<string, Contents>;

describe.each(Object.entries(expected))("an HDF5 file of h5py's format %s", (name, contents) => {
  const root = openHdf5(countedBytes(fixture(name)));

  it("gives every dataset h5py's shape and values", () => {
    for (const [path, { shape, values }] of Object.entries(contents.datasets)) {
      const read = root.dataset(path)!.read();
      expect(read.shape, path).toEqual(shape);
      expect(toNumbers(read), path).toEqual(values);
    }
  });

  it("gives every attribute, whatever its form", () => {
    for (const [path, attributes] of Object.entries(contents.attributes)) {
      const object = path === "" ? root : root.get(path)!;
      for (const [key, value] of Object.entries(attributes))
        expect(object.attribute(key), `${path} ${key}`).toEqual(
          value === null ? undefined : typeof value === "boolean" ? Number(value) : value,
        );
    }
  });

  it("lists names and follows links", () => {
    expect(root.group("many")!.names()).toHaveLength(30);
    expect(root.dataset("soft")!.path).toBe("types/f4");
    expect(root.dataset("again/f4")!.shape).toEqual([2, 3]);
    expect([...root.group("types")!.datasets().keys()]).toContain("scalar");
  });
});

it("reads no dataset but the one that is asked for", () => {
  const source = countedBytes(fixture("earliest.h5"));
  const root = openHdf5(source);
  const [wanted, other] = [root.dataset("types/f8")!, root.dataset("types/f4")!];
  expect([wanted.shape, other.shape]).toEqual([[2, 3], [2, 3]]); // prettier-ignore
  source.reads.length = 0;
  wanted.read();
  expect(source.reads.map(({ begin, end }) => end - begin)).toEqual([2 * 3 * 8]);
  const tensor = other.lazy();
  expect([tensor.type, tensor.shape]).toEqual(["float32", [2, 3]]);
  expect(source.reads).toHaveLength(1);
  expect(toNumbers(tensor)).toEqual(toNumbers(other.read()));
});

describe("a damaged HDF5 file", () => {
  const whole = fixture("earliest.h5");
  const readAll = (bytes: Uint8Array) => {
    const root = openHdf5(bytes);
    for (const object of [root, ...root.names().map((name) => root.get(name))])
      for (const name of object?.attributeNames() ?? []) object!.attribute(name);
    for (const dataset of root.datasets().values()) dataset.read();
  };

  it("says that it is cut off, and by how much", () => {
    const half = whole.subarray(0, whole.length / 2);
    expect(() => readAll(half)).toThrow(`should be ${whole.length} bytes long, but ${half.length}`);
  });

  it("is refused in words wherever a byte is wrong", () => {
    const random = new Random(1);
    const outcomes = { read: 0, refused: 0 };
    for (let round = 0; round < 300; round++) {
      const bytes = Uint8Array.from(fixture(round % 2 ? "v108.h5" : "latest.h5"));
      for (let i = 0; i < 4; i++)
        bytes[8 + Math.floor(random.uniform(0, bytes.length - 8))] = Math.floor(
          random.uniform(0, 256),
        );
      try {
        readAll(bytes);
        outcomes.read++;
      } catch (error) {
        expect(error).toBeInstanceOf(StriateError);
        outcomes.refused++;
      }
    }
    expect(outcomes.read).toBeGreaterThan(0);
    expect(outcomes.refused).toBeGreaterThan(0);
  });
});
