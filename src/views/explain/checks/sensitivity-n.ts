import { largest } from "../../../base/extremes.ts";
import { indexOf } from "../../../base/shape.ts";
import { float32, toFloat32 } from "../../../base/tensor.ts";
import type { Random } from "../../../base/random.ts";
import { formatNumber } from "../../../plot/format-number.ts";
import { resizedPlane } from "../../heatmap/stacked-plane.ts";
import { InputScores } from "../input-scores.ts";
import { planeSize } from "../input-plane.ts";
import { fillOf } from "../occlusion-fill.ts";
import { placesOf } from "../placed.ts";
import type { HeatmapCheck } from "./check.ts";

/** Squares along the longer side: features that a network can miss. */
const squares = 16;
/** Shares of the squares that are taken out, and how often each. */
const shares = [0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8];
const draws = 64;

/**
 * Whether what a map says of a part of the photo is what the score loses without it: for subsets of n
 * squares, the correlation of the map's sum over them with the drop of the score when they are set to zero.
 *
 * Source: Ancona, Ceolini, Öztireli, Gross 2018, arXiv:1711.06104, section 3.2 (sensitivity-n).
 */
export const sensitivityCheck: HeatmapCheck = {
  id: "sensitivity-n",
  async check({ given, map }) {
    const scorer = new InputScores(given);
    const size = planeSize(scorer.values.shape);
    const lengths = scorer.values.shape.slice(0, -1);
    const side = Math.ceil(largest(lengths) / squares);
    const across = lengths.map((length) => Math.ceil(length / side));
    const count = across.reduce((product, squaresOf) => product * squaresOf, 1);
    const squareOf = Uint32Array.from({ length: size.height * size.width }, (_, place) =>
      indexOf(place, lengths).reduce(
        (square, at, axis) => square * across[axis]! + Math.floor(at / side),
        0,
      ),
    );
    const parts = new Float64Array(count);
    resizedPlane(map.values, map, size).forEach((value, i) => {
      if (Number.isFinite(value)) parts[squareOf[i]!]! += value;
    });
    const x = toFloat32(scorer.input.value).data;
    const cover = fillOf("zero", scorer.input, given.context.random);
    const places = placesOf(scorer.input);
    const sizes = [...new Set(shares.map((share) => Math.max(1, Math.round(share * count))))];
    const subsets = sizes.flatMap((n) =>
      Array.from({ length: draws }, () => subsetOf(count, n, given.context.random)),
    );
    const scores = await scorer.each(
      subsets.length,
      (index, into) => {
        const out = subsets[index]!;
        for (let i = 0; i < into.length; i++)
          into[i] = out[squareOf[places[i]!]!]! ? cover[i]! : x[i]!;
      },
      "subsets",
    );
    const sums = subsets.map((out) => parts.reduce((sum, part, i) => sum + out[i]! * part, 0));
    const correlations = sizes.map((_, k) => {
      const rows = { from: k * draws, to: (k + 1) * draws };
      const drops = Array.from(scores.subarray(rows.from, rows.to), (score) => -score);
      return correlation(sums.slice(rows.from, rows.to), drops);
    });
    const known = correlations.filter((each) => each !== null);
    const mean =
      known.length > 0 ? known.reduce((sum, each) => sum + each, 0) / known.length : null;
    return {
      words:
        mean === null
          ? "Sensitivity-n has no meaning: the map or the score does not change."
          : `Sensitivity-n: what the map says of a part and what the score loses without it correlate at ${formatNumber(mean, 2)} ` +
            `(1 is exact, 0 chance; ${sizes[0]} to ${sizes.at(-1)} of ${count} squares).`,
      figures: { sensitivityN: { sizes, correlations, mean } },
      arrays: [
        ["sensitivity_n_sizes", float32([sizes.length], Float32Array.from(sizes))],
        [
          "sensitivity_n",
          float32(
            [sizes.length],
            Float32Array.from(correlations, (each) => each ?? 0),
          ),
        ],
      ],
    };
  },
};

/** 1 for n of `count` features drawn without putting back. */
function subsetOf(count: number, n: number, random: Random): Uint8Array {
  const out = new Uint8Array(count).fill(1, 0, n);
  return random.shuffle(out);
}

/** Pearson's; null where one side does not vary. */
function correlation(a: readonly number[], b: readonly number[]): number | null {
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [both, squaresA, squaresB] = [0, 0, 0];
  a.forEach((value, i) => {
    both += (value - meanA) * (b[i]! - meanB);
    squaresA += (value - meanA) ** 2;
    squaresB += (b[i]! - meanB) ** 2;
  });
  const size = Math.sqrt(squaresA * squaresB);
  return size > 0 ? both / size : null;
}
