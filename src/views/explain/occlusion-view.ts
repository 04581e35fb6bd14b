import { field } from "../../base/fields.ts";
import { type Tensor, float32, toFloat32 } from "../../base/tensor.ts";
import { StriateError } from "../../base/errors.ts";
import { formatNumber } from "../../plot/format-number.ts";
import { arrayName } from "./explanation.ts";
import { defineHeatmap } from "./heatmap-view.ts";
import { InputScores } from "./input-scores.ts";
import { planeSize } from "./input-plane.ts";
import { fillOf, fills } from "./occlusion-fill.ts";
import { coloursOf, placesOf } from "./placed.ts";

export const occlusionView = defineHeatmap({
  id: "occlusion",
  title: "Occlusion",
  family: "without",
  summary: "How much of the score is lost when a window of the photo is covered; no gradients",
  paper: "Zeiler, Fergus 2013, arXiv:1311.2901, section 4.2",
  formula: "s(x) - s(x with the window filled), the mean over the windows that cover a pixel",
  pitfall: "What covers the window is a signal too: compare two fills.",
  values: "score lost when covered",
  asks: {
    window: field.nullable(
      field.int(undefined, { min: 1, help: "pixels a side; a tenth of the input by default" }),
    ),
    stride: field.nullable(
      field.int(undefined, {
        min: 1,
        help: "pixels from window to window; as wide as the window by default",
      }),
    ),
    fill: field.choice(fills, "mean", { help: "what covers the window" }),
  },
  async explain(given, asks) {
    const { target, context } = given;
    const scorer = new InputScores(given);
    const size = planeSize(scorer.values.shape);
    const window = asks.window ?? Math.max(1, Math.round(Math.max(size.height, size.width) / 10));
    const stride = asks.stride ?? window;
    if (window > Math.max(size.height, size.width))
      throw new StriateError(
        `occlusion: a window of ${window} covers the whole input (${size.height} x ${size.width}); choose a smaller one`,
      );
    const rows = windowStarts(size.height, Math.min(window, size.height), stride);
    const columns = windowStarts(size.width, Math.min(window, size.width), stride);
    const x = toFloat32(scorer.input.value).data;
    const fill = fillOf(asks.fill, scorer.input, context.random);
    const places = placesOf(scorer.input);
    const boxOf = (index: number) => {
      const top = rows[Math.floor(index / columns.length)]!;
      const left = columns[index % columns.length]!;
      return {
        top,
        left,
        bottom: Math.min(top + window, size.height),
        right: Math.min(left + window, size.width),
      };
    };
    const scores = await scorer.each(
      rows.length * columns.length,
      (index, into) => {
        const { top, left, bottom, right } = boxOf(index);
        for (let i = 0; i < into.length; i++) {
          const row = Math.floor(places[i]! / size.width);
          const column = places[i]! % size.width;
          const covered = row >= top && row < bottom && column >= left && column < right;
          into[i] = covered ? fill[i]! : x[i]!;
        }
      },
      "windows",
    );
    const sums = new Float64Array(size.height * size.width);
    const counts = new Uint32Array(sums.length);
    scores.forEach((score, index) => {
      const { top, left, bottom, right } = boxOf(index);
      for (let row = top; row < bottom; row++)
        for (let column = left; column < right; column++) {
          sums[row * size.width + column]! += target.explained.score - score;
          counts[row * size.width + column]!++;
        }
    });
    const values = Float32Array.from(sums, (sum, i) => (counts[i]! > 0 ? sum / counts[i]! : 0));
    const overlap = stride < window ? "_overlap" : "";
    const name = (what: string) =>
      arrayName(target.explained, undefined, `occlusion_${asks.fill}${overlap}_${what}`);
    const arrays: [string, Tensor][] = [
      [name("score"), float32([rows.length, columns.length], Float32Array.from(scores))],
      [name("attribution"), float32([size.height, size.width], values)],
    ];
    if (asks.fill === "mean") arrays.push(["occlusion_mean_fill", meanFill(scorer, fill)]);
    const most = scores.reduce((lowest, score) => Math.min(lowest, score), Infinity);
    return {
      maps: [{ height: size.height, width: size.width, values }],
      arrays,
      notes: [
        `${scores.length} windows of ${window} x ${window} at stride ${stride}, filled with "${asks.fill}"; ` +
          `the lowest score is ${formatNumber(most, 4)}.`,
      ],
    };
  },
});

/** Where windows begin: the last one may be cut at the border, and no place stays uncovered. */
function windowStarts(length: number, window: number, stride: number): number[] {
  const count = Math.ceil((length - window) / stride) + 1;
  return Array.from({ length: count }, (_, i) => i * stride);
}

/** The fill of each colour. */
function meanFill({ input }: InputScores, fill: Float32Array): Tensor {
  const colours = coloursOf(input);
  // bounded: the colours of the input
  const each = new Float32Array(input.value.shape[input.channels]!);
  fill.forEach((value, i) => (each[colours[i]!] = value));
  return float32([each.length], each);
}
