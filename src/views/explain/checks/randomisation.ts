import { Random } from "../../../base/random.ts";
import { float32 } from "../../../base/tensor.ts";
import { formatNumber } from "../../../plot/format-number.ts";
import { placesOfPlane } from "../../heatmap/stacked-plane.ts";
import { agreement, comparable } from "../../compare/agreement.ts";
import type { HeatmapCheck } from "./check.ts";
import { learnedLayers, shuffledNetwork } from "./shuffled-network.ts";

/** Maps in the strip, besides the network's own. */
const mostStages = 7;

/** From this rank correlation on a map is called one that does not depend on the weights. */
const alike = 0.5;

/**
 * Whether a map depends on what the network has learned: the weights of its layers are shuffled, from the
 * output back, and the map is made again each time. One that stays as it was shows the photo and not the
 * network.
 *
 * Source: Adebayo et al. 2018, arXiv:1810.03292, section 3.1 (cascading randomisation); weights are shuffled
 * here where the paper draws new ones, since a file does not say how its weights were begun.
 */
export const randomisationCheck: HeatmapCheck = {
  id: "randomisation",
  async check({ given, map, again }) {
    const { context, running } = given;
    const layers = learnedLayers(running.network);
    const count = Math.min(mostStages, layers.length);
    const own = comparable(map);
    const stages = [];
    for (let k = 1; k <= count; k++) {
      context.throwIfStopped();
      const until = Math.ceil((k * layers.length) / count);
      // Each stage goes on from the one before: a layer is shuffled in one way only.
      const shuffled = running.alike(
        shuffledNetwork(running.network, layers.slice(0, until), new Random(context.seed, 77)),
      );
      const other = await again(shuffled).finally(() => shuffled.release());
      const { rankCorrelation, ssim } = agreement(own, comparable(other));
      const { values, height, width, slices } = other;
      const layer = layers[until - 1]!.address;
      stages.push({
        layer,
        rankCorrelation,
        ssim,
        map: { values, height, width, ...(slices !== undefined && { slices }) },
      });
      context.progress(k / count, `weights shuffled down to ${layer}`);
    }
    const last = stages.at(-1);
    const correlations = stages.map(({ rankCorrelation }) => rankCorrelation);
    return {
      words:
        last === undefined
          ? "There are no weights to shuffle."
          : last.rankCorrelation === null
            ? "With all weights shuffled the map is constant."
            : `With the weights shuffled from the output down to ${last.layer} the map's rank correlation with this one is ` +
              `${formatNumber(last.rankCorrelation, 2)}${last.rankCorrelation >= alike ? ": it hardly depends on what the network has learned." : "."}`,
      figures: { randomisation: stages },
      arrays: [
        [
          "randomisation_rank_correlation",
          float32(
            [stages.length],
            Float32Array.from(correlations, (each) => each ?? 0),
          ),
        ],
        ...stages.map(
          ({ map: shuffled }, i) =>
            [`randomisation_${i + 1}`, float32(placesOfPlane(shuffled), shuffled.values)] as const,
        ),
      ],
    };
  },
};
