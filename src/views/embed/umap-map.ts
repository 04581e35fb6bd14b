import { Random } from "../../base/random.ts";
import type { Neighbours } from "./neighbours.ts";

/** With fewer photos there is no plane to be found. */
export const fewestForUmap = 6;

/**
 * UMAP's plane: `(rows, 2)`, over exact neighbours. One seed, one map.
 *
 * Source: McInnes, Healy, Melville 2018, arXiv:1802.03426, by umap-js.
 *
 * @param stopped whether to stop with the map as it is
 */
export async function umapMap(
  { rows, distances, count }: Neighbours,
  seed: number,
  stopped: () => boolean,
): Promise<Float32Array> {
  const { UMAP } = await import("umap-js");
  const all = rows.length / count;
  // It wants more photos than each has neighbours.
  const near = Math.min(count, all - 2);
  const random = new Random(seed, 0x756d);
  const umap = new UMAP({
    nComponents: 2,
    nNeighbors: near + 1,
    minDist: 0.1,
    nEpochs: all <= 10_000 ? 300 : 200,
    random: () => random.uniform(),
  });
  // Each photo is its own nearest, as umap-js has it.
  const list = (of: (row: number, i: number) => number, own: (row: number) => number) =>
    Array.from({ length: all }, (_, row) => [
      own(row),
      ...Array.from({ length: near }, (_, i) => of(row, row * count + i)),
    ]);
  umap.setPrecomputedKNN(
    list(
      (_, at) => rows[at]!,
      (row) => row,
    ),
    list(
      (_, at) => distances[at]!,
      () => 0,
    ),
  );
  // It reads no vectors but their number: the neighbours are known.
  const places = await umap.fitAsync(
    Array.from({ length: all }, () => [0]),
    () => !stopped(),
  );
  return Float32Array.from(places.flat());
}
