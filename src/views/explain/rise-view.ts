import { counted } from "../../base/counted.ts";
import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import type { Random } from "../../base/random.ts";
import { type Tensor, float32, toFloat32 } from "../../base/tensor.ts";
import { formatNumber } from "../../plot/format-number.ts";
import { arrayName } from "./explanation.ts";
import { tensorField } from "./given-tensor.ts";
import { defineHeatmap } from "./heatmap-view.ts";
import { InputScores } from "./input-scores.ts";
import { planeSize } from "./input-plane.ts";
import { placesOfPlane, stackedPlane } from "../heatmap/stacked-plane.ts";
import { placesOf } from "./placed.ts";

export const riseView = defineHeatmap({
  id: "rise",
  title: "RISE",
  family: "without",
  summary: "The photo seen through many random masks, each weighted by its score; no gradients",
  paper: "Petsiuk, Das, Saenko 2018, arXiv:1806.07421",
  formula: "sum over i of s(x * M_i) M_i / (N p); drawn with s less its mean over the masks",
  pitfall: "A few hundred masks leave speckles that look like structure.",
  values: "score above the mean of all masks",
  asks: {
    masks: field.int(1000, { min: 1, max: 100_000, help: "how many" }),
    cells: field.int(7, { min: 1, max: 100, help: "cells a side of a mask before it is enlarged" }),
    keep: field.number(0.5, { min: 0.01, max: 0.99, help: "share of the cells that stay visible" }),
    grids: tensorField(
      "the masks' cells, (N, cells, cells) of 0 and 1, of volumes (N, cells, cells, cells), in place of random ones",
    ),
    offsets: tensorField(
      "where each mask is cut, (N, 2) rows and columns, of volumes (N, 3), in place of random ones",
    ),
  },
  async explain(given, asks) {
    const { target, context } = given;
    const scorer = new InputScores(given);
    const size = planeSize(scorer.values.shape);
    const x = toFloat32(scorer.input.value).data;
    const places = placesOf(scorer.input);
    const mask = new Float32Array(size.height * size.width);
    const plane = placesOfPlane(size);
    const masks = maskSet(asks, plane, context.random);
    const scores = await scorer.each(
      masks.count,
      (index, into) => {
        masks.write(index, mask);
        for (let i = 0; i < into.length; i++) into[i] = x[i]! * mask[places[i]!]!;
      },
      "masks",
    );
    const sums = new Float64Array(mask.length);
    const seen = new Float64Array(mask.length);
    scores.forEach((score, index) => {
      masks.write(index, mask);
      for (let i = 0; i < sums.length; i++) {
        sums[i]! += score * mask[i]!;
        seen[i]! += mask[i]!;
      }
    });
    const mean = scores.reduce((sum, score) => sum + score, 0) / masks.count;
    const share = 1 / (masks.count * asks.keep);
    const values = Float32Array.from(sums, (sum) => sum * share);
    // Every place has the mean score, and more of it the more masks show it: what it adds is what is looked for.
    const above = Float32Array.from(sums, (sum, i) => (sum - mean * seen[i]!) * share);
    const first = new Float32Array(mask.length);
    masks.write(0, first);
    const arrays: [string, Tensor][] = [
      [arrayName(target.explained, undefined, "rise"), float32(plane, values)],
      [
        arrayName(target.explained, undefined, "rise_scores"),
        float32([masks.count], Float32Array.from(scores)),
      ],
      [arrayName(target.explained, undefined, "rise_above_mean"), float32(plane, above)],
      ["rise_mask0", float32(plane, first)],
    ];
    return {
      maps: [{ ...stackedPlane(plane), values: above }],
      arrays,
      notes: [
        `${counted(masks.count, "mask")} of ${plane.map(() => masks.cells).join(" x ")} cells; drawn is what a place adds to their mean score of ${formatNumber(mean, 4)}.`,
      ],
    };
  },
});

interface MaskSet {
  readonly count: number;
  readonly cells: number;
  /** Writes mask `index`, `height * width` values of 0..1. */
  write(index: number, into: Float32Array): void;
}

/**
 * Masks as the paper makes them: a small grid of 0 and 1, enlarged so that one more cell fits each side
 * (bilinear, half-pixel centres, edges clamped), cut out at a random place.
 */
function maskSet(
  asks: {
    masks: number;
    cells: number;
    keep: number;
    grids: Tensor | null;
    offsets: Tensor | null;
  },
  lengths: readonly number[],
  random: Random,
): MaskSet {
  const axes = lengths.length;
  const given = asks.grids && toFloat32(asks.grids);
  if (given && (given.shape.length !== 1 + axes || new Set(given.shape.slice(1)).size > 1))
    throw new StriateError(
      `RISE: grids should be (N${", cells".repeat(axes)}), got ${given.shape.join(" x ")}`,
    );
  const count = given?.shape[0] ?? asks.masks;
  const cells = given?.shape[1] ?? asks.cells;
  const cellSides = lengths.map((length) => Math.ceil(length / cells));
  const gridSize = cells ** axes;
  const grids =
    given?.data ??
    // bounded: by the asks
    Float32Array.from({ length: count * gridSize }, () => (random.uniform() < asks.keep ? 1 : 0));
  const places =
    (asks.offsets && toFloat32(asks.offsets).data) ??
    Float32Array.from({ length: count * axes }, (_, i) => random.integer(cellSides[i % axes]!));
  if (places.length !== count * axes)
    throw new StriateError(
      `RISE: offsets should be (${count}, ${axes}), ${axes === 2 ? "a row and a column" : "a slice, a row and a column"} for each mask`,
    );
  const taps = cellSides.map((side) => enlargedTaps(cells, side));
  const [rows, columns] = [taps.at(-2)!, taps.at(-1)!];
  const [height, width] = [lengths.at(-2)!, lengths.at(-1)!];
  const square = cells * cells;
  /** The grid of one slice of a volume, between the two that it lies between; of a plane its only one. */
  const gridOf = (index: number, slice: number): ArrayLike<number> => {
    const grid = grids.subarray(index * gridSize, (index + 1) * gridSize);
    if (axes === 2) return grid;
    const [near, far, share] = tapAt(taps[0]!, slice + places[index * axes]!);
    const [from, to] = [near, far].map((at) => grid.subarray(at * square, (at + 1) * square));
    return Float64Array.from(from!, (value, i) => value + (to![i]! - value) * share);
  };
  return {
    count,
    cells,
    write(index, into) {
      const [top, left] = places.subarray((index + 1) * axes - 2, (index + 1) * axes);
      for (let at = 0; at < into.length;) {
        const grid = gridOf(index, at / (height * width));
        for (let y = 0; y < height; y++) {
          const [above, below, down] = tapAt(rows, y + top!);
          for (let x = 0; x < width; x++, at++) {
            const [before, after, across] = tapAt(columns, x + left!);
            const upper = grid[above * cells + before]!;
            const lower = grid[below * cells + before]!;
            const first = upper + (grid[above * cells + after]! - upper) * across;
            const second = lower + (grid[below * cells + after]! - lower) * across;
            into[at] = first + (second - first) * down;
          }
        }
      }
    },
  };
}

const tapAt = (taps: readonly Tap[], at: number): Tap => taps[Math.min(at, taps.length - 1)]!;

type Tap = readonly [low: number, high: number, share: number];

/** For each pixel of the enlarged grid: the two cells that it lies between, and how far. */
function enlargedTaps(cells: number, cell: number): Tap[] {
  const length = (cells + 1) * cell;
  // bounded: a side of the photo, and a cell more
  return Array.from({ length }, (_, o) => {
    const source = ((o + 0.5) * cells) / length - 0.5;
    const low = Math.floor(source);
    const clamp = (at: number) => Math.min(Math.max(at, 0), cells - 1);
    return [clamp(low), clamp(low + 1), source - low];
  });
}
