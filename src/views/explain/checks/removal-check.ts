import type { HeatmapCheck } from "./check.ts";
import { areaUnder, curveArrays, removalCurves } from "./removal-curves.ts";

/** Shares of the photo: tenths, which the words speak of, in halves. */
const steps = 20;
const tenth = steps / 10;

/** What becomes of the score when the brightest places are covered, beside as many places by chance. */
export const removalCheck: HeatmapCheck = {
  id: "curves",
  async check({ given, map, name, score }) {
    const curves = await removalCurves(given, map, steps, "blur");
    const area = (values: Float32Array) => areaUnder(curves.shares, values);
    const [before, after, chance] = [
      curves.deletion[0]!,
      curves.deletion[tenth]!,
      curves.random[tenth]!,
    ];
    const verb = after < before ? "lowers" : after > before ? "raises" : "leaves";
    const moved =
      verb === "leaves" ? `at ${score(after)}` : `from ${score(before)} to ${score(after)}`;
    const where = map.layer === undefined ? "" : ` (${map.layer})`;
    const doubt = after < chance ? "" : " The map does no better than chance.";
    return {
      words: `Removing the brightest tenth${where} ${verb} ${name} ${moved}; random tenths: ${score(chance)}.${doubt}`,
      figures: {
        deletionArea: area(curves.deletion),
        insertionArea: area(curves.insertion),
        randomDeletionArea: area(curves.random),
      },
      arrays: curveArrays(curves),
    };
  },
};
