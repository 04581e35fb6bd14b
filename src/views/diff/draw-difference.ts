import { counted } from "../../base/counted.ts";
import { StriateError } from "../../base/errors.ts";
import { formatShape } from "../../base/shape.ts";
import { colorBar, legendText } from "../../plot/color-bar.ts";
import { formatNumber } from "../../plot/format-number.ts";
import { type Block, page } from "../../plot/page.ts";
import type { Picture } from "../../plot/picture.ts";
import type { Range } from "../../plot/range.ts";
import { type Theme, type ThemeName, themes } from "../../plot/theme.ts";
import type { LayerPair } from "../diff.ts";
import type { MapScale } from "../map-scale.ts";
import type { MapStatistics } from "../map-statistics.ts";
import { mapGrid, unitRows } from "./difference-grid.ts";
import { largestOf, panelsOf, shrunkSize, stackOf } from "./difference-panels.ts";

export interface DifferenceOptions {
  /** How the two networks are called: `cat.h5` and `cat.onnx`. */
  readonly names: readonly [a: string, b: string];
  readonly theme?: ThemeName;
  /** A sentence before the caption. */
  readonly note?: string;
}

/**
 * Draws what a layer makes in two networks, map beside map, and the difference B - A in colours that
 * part at zero. The values of both share one scale, the differences of all maps another one. A layer
 * without maps is drawn as rows of units, one network under the other.
 */
export function drawDifference(pair: LayerPair, options: DifferenceOptions): Picture {
  const theme = themes[options.theme ?? "light"];
  const stack = stackOf(pair.values.a);
  const [a, b] = [stack.values, stackOf(pair.values.b).values];
  if (a.length !== b.length)
    throw new StriateError(`"${pair.a}" and "${pair.b}" make values of different sizes`);
  const panels = panelsOf(a, b, stack.size);
  const size = shrunkSize(stack.size);
  const body = (stack.isMaps ? mapGrid : unitRows)(panels, size, theme);
  const [, , difference] = panels;
  return page({
    title: pair.a === pair.b ? pair.a : `${pair.a} | ${pair.b}`,
    subtitle: `${pair.className}  ${formatShape(pair.shape)}`,
    caption: [
      options.note ?? "",
      `A is ${options.names[0]}, B is ${options.names[1]}.`,
      `Cosine ${formatNumber(pair.cosine, 5)}, largest difference ${formatNumber(pair.largest)} where A reaches ${formatNumber(pair.magnitude)}.`,
      stack.isMaps ? worstMaps(difference!.statistics) : "",
    ]
      .filter(Boolean)
      .join(" "),
    legend: [
      ...scaleLegend(panels[0]!.scale, "values of A and B", theme),
      ...scaleLegend(difference!.scale, "B − A", theme),
    ],
    body,
    theme,
  });
}

/** Which maps differ most. */
function worstMaps(statistics: readonly MapStatistics[]): string {
  const sizes = statistics.map((entry, channel) => ({ channel, size: largestOf(entry) }));
  const equal = sizes.filter(({ size }) => size === 0).length;
  const worst = sizes
    .filter(({ size }) => size !== 0)
    .sort(
      (a, b) =>
        (Number.isNaN(b.size) ? Infinity : b.size) - (Number.isNaN(a.size) ? Infinity : a.size),
    )
    .slice(0, 5)
    .map(({ channel }) => channel);
  if (worst.length === 0) return `All ${counted(statistics.length, "map")} are equal.`;
  const rest = equal > 0 ? `; ${equal} of ${statistics.length} are equal` : "";
  return `The largest differences are in ${worst.length === 1 ? "map" : "maps"} ${worst.join(", ")}${rest}.`;
}

function scaleLegend({ colormap, shared }: MapScale, words: string, theme: Theme): Block[] {
  const range: Range = shared ?? { low: 0, high: 0 };
  return [
    colorBar({
      colormap,
      low: formatNumber(range.low),
      high: formatNumber(range.high),
      theme,
      length: 140,
    }),
    legendText(words, theme),
  ];
}
