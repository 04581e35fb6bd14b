import { UMAP } from "umap-js";
import { describe, expect, it } from "vitest";
import { Random } from "../../base/random.ts";
import { runtime } from "../../runtime/node/index.ts";
import { type Neighbours, nearestNeighbours } from "./neighbours.ts";
import { umapMap } from "./umap-map.ts";
import { vectorsIn } from "./vector-table.ts";

/** Points about a few centres, some of them twice. */
function points(rows: number, width: number, seed: number): Float32Array {
  const random = new Random(seed);
  const vectors = Float32Array.from({ length: rows * width }, (_, i) =>
    random.normal((Math.floor(i / width) % 3) * 4, 1),
  );
  vectors.copyWithin(5 * width, 0, 3 * width);
  return vectors;
}

/** The same by umap-js. */
function peer({ rows, distances, count }: Neighbours, seed: number, epochs: number): Float32Array {
  const all = rows.length / count;
  const near = Math.min(count, all - 2);
  const random = new Random(seed, 0x756d);
  const umap = new UMAP({
    ...{ nComponents: 2, nNeighbors: near + 1, minDist: 0.1, nEpochs: epochs },
    random: () => random.uniform(),
  });
  // Each photo is its own nearest there.
  const own = <T>(first: (row: number) => T, of: (at: number) => T) =>
    Array.from({ length: all }, (_, row) => [
      first(row),
      ...Array.from({ length: near }, (_, i) => of(row * count + i)),
    ]);
  umap.setPrecomputedKNN(
    own(
      (row) => row,
      (at) => rows[at]!,
    ),
    own(
      () => 0,
      (at) => distances[at]!,
    ),
  );
  return Float32Array.from(umap.fit(Array.from({ length: all }, () => [0])).flat());
}

describe("a UMAP", () => {
  for (const [rows, width, count, seed] of [
    [6, 2, 15, 0],
    [40, 3, 4, 1],
    [120, 5, 15, 2],
  ] as const)
    it(`has the places of umap-js to the bit (${rows} points)`, async () => {
      const neighbours = await nearestNeighbours(
        runtime,
        vectorsIn(points(rows, width, seed), width),
        count,
      );
      const places = await umapMap(neighbours, seed, () => false);
      expect(places).toEqual(peer(neighbours, seed, 300));
    });

  it("says how far it is, and stops where it is asked to", async () => {
    const neighbours = await nearestNeighbours(runtime, vectorsIn(points(30, 2, 3), 2), 4);
    const said: number[] = [];
    const places = await umapMap(
      neighbours,
      0,
      () => said.length === 7,
      (done) => said.push(done),
    );
    expect(said).toHaveLength(7);
    expect(places.every(Number.isFinite)).toBe(true);
  });
});
