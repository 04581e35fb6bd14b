import { float32, toFloat32 } from "../../../base/tensor.ts";
import { formatNumber } from "../../../plot/format-number.ts";
import { resizedPlane } from "../../heatmap/stacked-plane.ts";
import { extentOf } from "../baseline.ts";
import { InputScores } from "../input-scores.ts";
import { planeSize } from "../input-plane.ts";
import { coloursOf, placesOf } from "../placed.ts";
import type { HeatmapCheck } from "./check.ts";
import { imputeLinear } from "./linear-imputation.ts";

/** Percent of the places that stay. */
const kept = [20, 40, 60, 80];
/** Standard deviation of the noise, as a share of the photo's range of values. */
const noise = 0.01;

/**
 * Whether the brightest places matter more than the darkest: both are taken out in turn, and filled so
 * smoothly that the hole itself says nothing. The figure is half of what lies between both, over several
 * shares.
 *
 * Source: Rong et al. 2022, arXiv:2202.00449 (ROAD); shares and figure as pytorch-grad-cam's `ROADCombined`.
 */
export const roadCheck: HeatmapCheck = {
  id: "road",
  async check({ given, map, name, score }) {
    const scorer = new InputScores(given);
    const size = planeSize(scorer.values.shape);
    const { height, width, channels } = size;
    const { random } = given.context;
    const x = toFloat32(scorer.input.value).data;
    const { low, high } = extentOf(x);
    const places = placesOf(scorer.input);
    const colours = coloursOf(scorer.input);
    const planes = Array.from({ length: channels }, () => new Float64Array(height * width));
    x.forEach((value, i) => (planes[colours[i]!]![places[i]!] = value));
    const values = resizedPlane(map.values, map, size);
    const holes = [values, values.map((value) => -value)].flatMap((each) =>
      kept.map((percent) => removedAbove(each, percent)),
    );
    const scores = await scorer.each(
      holes.length,
      (index, into) => {
        const hole = holes[index]!;
        const filled = imputeLinear(planes, hole, height, width);
        for (let i = 0; i < into.length; i++) {
          const place = places[i]!;
          const grain = hole[place] ? random.normal(0, noise * (high - low)) : 0;
          into[i] = filled[colours[i]!]![place]! + grain;
        }
      },
      "imputed photos",
    );
    const brightest = scores.subarray(0, kept.length);
    const darkest = scores.subarray(kept.length);
    const road =
      darkest.reduce((sum, each, i) => sum + (each - brightest[i]!) / 2, 0) / kept.length;
    const share = 100 - kept.at(-1)!;
    return {
      words:
        `ROAD ${formatNumber(road, 2)}: with their surroundings drawn over them, the brightest ${share} % leave ${name} at ` +
        `${score(brightest.at(-1)!)}, the darkest ${share} % at ${score(darkest.at(-1)!)}.` +
        (road > 0 ? "" : " The map's order is no better than its reverse."),
      figures: {
        road: { kept, brightestOut: [...brightest], darkestOut: [...darkest], combined: road },
      },
      arrays: [
        ["road_kept", float32([kept.length], Float32Array.from(kept))],
        ["road_brightest_out", float32([kept.length], Float32Array.from(brightest))],
        ["road_darkest_out", float32([kept.length], Float32Array.from(darkest))],
      ],
    };
  },
};

/** 1 where a value is at or above a percentile, which is NumPy's: linear between two values. */
export function removedAbove(values: Float32Array, percent: number): Uint8Array {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const at = (percent / 100) * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  const threshold = below + (above - below) * (at - Math.floor(at));
  const hole = Uint8Array.from(values, (value) => Number(value >= threshold));
  // A map that is nowhere below it takes out everything, which leaves nothing to fill from.
  return hole.every((out) => out === 1) ? new Uint8Array(values.length) : hole;
}
