import { type Color, type Rgb, formatColor, mixColors, parseColor } from "../../plot/color.ts";
import type { Theme } from "../../plot/theme.ts";
import type { LayerKind } from "../../layers/define-layer.ts";

/** The colour that stands for a kind of layer, and the kinds that share it, in the legend's words. */
const families: readonly (readonly [color: Color, word: string, kinds: readonly LayerKind[]])[] = [
  ["#5b6270", "input", ["input"]],
  ["#c2478c", "preprocessing", ["preprocessing"]],
  ["#2f6fde", "convolution", ["convolution"]],
  ["#2e9e6b", "normalisation", ["normalization"]],
  ["#c79a12", "activation", ["activation"]],
  ["#d9672b", "pooling", ["pooling"]],
  ["#14919b", "merging", ["merging"]],
  ["#7d4bd1", "dense", ["dense", "embedding"]],
  ["#c83f49", "attention, recurrent", ["attention", "recurrent"]],
  ["#8a909c", "other", ["reshaping", "regularization", "wrapper", "arithmetic", "model", "other"]],
];

/** How a box of one kind of layer is painted. */
export interface BoxColors {
  /** The word of the legend. */
  readonly word: string;
  readonly band: Color;
  readonly fill: Color;
  readonly border: Color;
}

export function colorsOf(kind: LayerKind, theme: Theme): BoxColors {
  const [color, word] = families.find(([, , kinds]) => kinds.includes(kind)) ?? families.at(-1)!;
  const paper = parseColor(theme.paper);
  const own: Rgb = parseColor(color);
  return {
    word,
    band: color,
    fill: formatColor(mixColors(paper, own, 0.09)),
    border: formatColor(mixColors(paper, own, 0.45)),
  };
}

/** Where a kind stands in the legend. */
export const legendOrder = (word: string): number =>
  families.findIndex(([, candidate]) => candidate === word);
