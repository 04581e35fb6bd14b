import { type Tensor, float32, toFloat32 } from "../../../base/tensor.ts";
import { resizedPlane } from "../../heatmap/stacked-plane.ts";
import type { ExplainContext } from "../explain-context.ts";
import type { ExplanationMap } from "../explanation.ts";
import { InputScores } from "../input-scores.ts";
import { planeSize } from "../input-plane.ts";
import { type Fill, fillOf } from "../occlusion-fill.ts";
import { placesOf } from "../placed.ts";

/** What becomes of the score when places go, or come, in the order of a heatmap. */
export interface RemovalCurves {
  /** Shares of the places, from 0 to 1. */
  readonly shares: Float32Array;
  /** The score with the brightest share covered; low early where the map is right. */
  readonly deletion: Float32Array;
  /** The score with nothing but the brightest share to be seen; high early where the map is right. */
  readonly insertion: Float32Array;
  /** Deletion in random orders of the map's own cells, the mean of several. */
  readonly random: Float32Array;
}

/** Random orders that are averaged. */
const randomOrders = 4;

/**
 * Covers the photo place by place, brightest first, and uncovers it likewise.
 *
 * Source: Petsiuk, Das, Saenko 2018, arXiv:1806.07421, section 4.1 (deletion and insertion).
 */
export async function removalCurves(
  given: ExplainContext,
  map: ExplanationMap,
  steps: number,
  fill: Fill,
): Promise<RemovalCurves> {
  const scorer = new InputScores(given);
  const size = planeSize(scorer.values.shape);
  const x = toFloat32(scorer.input.value).data;
  const cover = fillOf(fill, scorer.input, given.context.random);
  const places = placesOf(scorer.input);
  const shares = Float32Array.from({ length: steps + 1 }, (_, i) => i / steps);
  const count = size.height * size.width;
  const own = ranksOf(resizedPlane(map.values, map, size));
  const curve = (ranks: Uint32Array, inserting: boolean, words: string) =>
    scorer.each(
      shares.length,
      (step, into) => {
        const gone = Math.round(shares[step]! * count);
        for (let i = 0; i < into.length; i++) {
          const isFirst = ranks[places[i]!]! < gone;
          into[i] = isFirst === inserting ? x[i]! : cover[i]!;
        }
      },
      words,
    );
  const deletion = await curve(own, false, "steps of deletion");
  const insertion = await curve(own, true, "steps of insertion");
  const random = new Float32Array(shares.length);
  for (let order = 0; order < randomOrders; order++) {
    // As coarse as the map, and knowing nothing.
    const chance = map.values.map(() => given.context.random.uniform());
    const ranks = ranksOf(resizedPlane(chance, map, size));
    const scores = await curve(ranks, false, "steps of random deletion");
    scores.forEach((score, i) => (random[i]! += score / randomOrders));
  }
  return {
    shares,
    deletion: Float32Array.from(deletion),
    insertion: Float32Array.from(insertion),
    random,
  };
}

/** The area under a curve over shares of 0 to 1, by trapezoids. */
export function areaUnder(shares: Float32Array, values: Float32Array): number {
  let area = 0;
  for (let i = 1; i < shares.length; i++)
    area += ((values[i]! + values[i - 1]!) / 2) * (shares[i]! - shares[i - 1]!);
  return area;
}

/** For each place how many are brighter; of equals the first in row, column order. NaN is last. */
function ranksOf(values: Float32Array): Uint32Array {
  const size = (i: number) => (Number.isNaN(values[i]!) ? -Infinity : values[i]!);
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => size(b) - size(a) || a - b);
  const ranks = new Uint32Array(values.length);
  order.forEach((place, rank) => (ranks[place] = rank));
  return ranks;
}

/** The curves as arrays. */
export function curveArrays(curves: RemovalCurves): [string, Tensor][] {
  return (["shares", "deletion", "insertion", "random"] as const).map((each) => [
    each === "random" ? "random_deletion" : each,
    float32([curves[each].length], curves[each]),
  ]);
}
