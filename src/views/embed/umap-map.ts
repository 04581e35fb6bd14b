import { Random } from "../../base/random.ts";
import { fuzzyGraph } from "./fuzzy-graph.ts";
import type { Neighbours } from "./neighbours.ts";
import { umapLayout } from "./umap-layout.ts";

export { memberships } from "./fuzzy-graph.ts";

/**
 * UMAP's plane: `(rows, 2)`, over exact neighbours. One seed, one map.
 *
 * Source: McInnes, Healy, Melville 2018, arXiv:1802.03426; epochs as in umap-learn.
 *
 * @param stopped whether to stop with the map as it is
 */
export async function umapMap(
  neighbours: Neighbours,
  seed: number,
  stopped: () => boolean,
  progress?: (done: number) => void,
): Promise<Float32Array> {
  const all = neighbours.rows.length / neighbours.count;
  // It wants more photos than each has neighbours.
  const near = Math.min(neighbours.count, all - 2);
  const epochs = all <= 10_000 ? 300 : 200;
  const random = new Random(seed, 0x756d);
  const graph = fuzzyGraph(neighbours, near);
  return Float32Array.from(await umapLayout(graph, epochs, random, stopped, progress));
}
