import { largest } from "../../base/extremes.ts";
import { field } from "../../base/fields.ts";
import { indexOf, sizeOf } from "../../base/shape.ts";
import { type Tensor, float32, toFloat32 } from "../../base/tensor.ts";
import { StriateError } from "../../base/errors.ts";
import { formatNumber } from "../../plot/format-number.ts";
import { stackedPlane } from "../heatmap/stacked-plane.ts";
import { arrayName } from "./explanation.ts";
import { defineHeatmap } from "./heatmap-view.ts";
import { InputScores } from "./input-scores.ts";
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
    const lengths = scorer.values.shape.slice(0, -1);
    const window = asks.window ?? Math.max(1, Math.round(largest(lengths) / 10));
    const stride = asks.stride ?? window;
    if (window > largest(lengths))
      throw new StriateError(
        `occlusion: a window of ${window} covers the whole input (${lengths.join(" x ")}); choose a smaller one`,
      );
    const sides = lengths.map((length) => Math.min(window, length));
    const starts = lengths.map((length, axis) => windowStarts(length, sides[axis]!, stride));
    const windows = starts.map(({ length }) => length);
    const x = toFloat32(scorer.input.value).data;
    const fill = fillOf(asks.fill, scorer.input, context.random);
    const places = placesOf(scorer.input);
    const covered = (index: number) =>
      placesWithin(
        indexOf(index, windows).map((at, axis) => starts[axis]![at]!),
        sides,
        lengths,
      );
    const plane = stackedPlane(lengths);
    const isCovered = new Uint8Array(plane.height * plane.width);
    const scores = await scorer.each(
      sizeOf(windows),
      (index, into) => {
        isCovered.fill(0);
        for (const place of covered(index)) isCovered[place] = 1;
        for (let i = 0; i < into.length; i++) into[i] = isCovered[places[i]!] ? fill[i]! : x[i]!;
      },
      "windows",
    );
    const sums = new Float64Array(isCovered.length);
    const counts = new Uint32Array(sums.length);
    scores.forEach((score, index) => {
      for (const place of covered(index)) {
        sums[place]! += target.explained.score - score;
        counts[place]!++;
      }
    });
    const values = Float32Array.from(sums, (sum, i) => (counts[i]! > 0 ? sum / counts[i]! : 0));
    const overlap = stride < window ? "_overlap" : "";
    const name = (what: string) =>
      arrayName(target.explained, undefined, `occlusion_${asks.fill}${overlap}_${what}`);
    const arrays: [string, Tensor][] = [
      [name("score"), float32(windows, Float32Array.from(scores))],
      [name("attribution"), float32(lengths, values)],
    ];
    if (asks.fill === "mean") arrays.push(["occlusion_mean_fill", meanFill(scorer, fill)]);
    const most = scores.reduce((lowest, score) => Math.min(lowest, score), Infinity);
    return {
      maps: [{ ...plane, values }],
      arrays,
      notes: [
        `${scores.length} windows of ${sides.join(" x ")} at stride ${stride}, filled with "${asks.fill}"; ` +
          `the lowest score is ${formatNumber(most, 4)}.`,
      ],
    };
  },
});

/** The places, in row-major order, of a window that may be cut at the border. */
function placesWithin(
  from: readonly number[],
  sides: readonly number[],
  lengths: readonly number[],
): number[] {
  let places = [0];
  from.forEach((start, axis) => {
    const length = lengths[axis]!;
    const count = Math.min(sides[axis]!, length - start);
    // bounded: the places of the input
    const along = Array.from({ length: count }, (_, i) => start + i);
    places = places.flatMap((place) => along.map((at) => place * length + at));
  });
  return places;
}

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
