import { expect, it } from "vitest";
import { Random } from "../../base/random.ts";
import { runtime } from "../../runtime/node/index.ts";
import { evenlyDrawn, mapOfSample } from "./map-of-sample.ts";
import { nearestNeighbours } from "./neighbours.ts";
import { umapMap } from "./umap-map.ts";
import { vectorsIn } from "./vector-table.ts";

it("a sample is drawn by chance, and evenly: one of each stretch", () => {
  const drawn = evenlyDrawn(1000, 300, 7);
  drawn.forEach((row, i) => {
    expect(row).toBeGreaterThanOrEqual(Math.floor((i * 1000) / 300));
    expect(row).toBeLessThan(Math.floor(((i + 1) * 1000) / 300));
  });
  expect(evenlyDrawn(1000, 300, 7)).toEqual(drawn);
  expect(evenlyDrawn(1000, 300, 8)).not.toEqual(drawn);
  expect([...evenlyDrawn(5, 5, 1)]).toEqual([0, 1, 2, 3, 4]);
});

it("a map of a sample is UMAP's of it, and all others lie in their own groups", async () => {
  // Three groups far from each other.
  const [rows, width, photos, count] = [300, 4, 60, 6];
  const random = new Random(5);
  const group = (row: number) => row % 3;
  const numbers = Float32Array.from({ length: rows * width }, (_, i) =>
    random.normal(20 * group(Math.floor(i / width)), 1),
  );
  const table = vectorsIn(numbers, width);
  const options = { photos, count, seed: 2, stopped: () => false };
  const places = await mapOfSample(runtime, table, options);
  expect(await mapOfSample(runtime, table, options)).toEqual(places);
  const drawn = [...evenlyDrawn(rows, photos, 2)];
  const own = Float32Array.from(
    drawn.flatMap((row) => [...numbers.subarray(row * width, (row + 1) * width)]),
  );
  const near = await nearestNeighbours(runtime, vectorsIn(own, width), count);
  const map = await umapMap(near, 2, () => false);
  expect(drawn.flatMap((row) => [places[2 * row], places[2 * row + 1]])).toEqual([...map]);
  // Each lies within the box of what was drawn of its group.
  for (let row = 0; row < rows; row++)
    for (const axis of [0, 1]) {
      const of = drawn.filter((other) => group(other) === group(row));
      const along = of.map((other) => places[2 * other + axis]!);
      expect(places[2 * row + axis]).toBeGreaterThanOrEqual(Math.min(...along));
      expect(places[2 * row + axis]).toBeLessThanOrEqual(Math.max(...along));
    }
});
