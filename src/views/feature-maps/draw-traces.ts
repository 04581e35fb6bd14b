import { formatNumber } from "../../plot/format-number.ts";
import type { Point } from "../../plot/path.ts";
import { polyline } from "../../plot/path.ts";
import type { Block } from "../../plot/page.ts";
import type { Mark } from "../../plot/picture.ts";
import type { Theme } from "../../plot/theme.ts";
import type { Vectors } from "./vectors.ts";

/** Pixels of one trace, and its distance to the next. */
const height = 34;
const step = 48;
const left = 64;
const style = { size: 11, weight: "bold" } as const;
const mostTraces = 12;

/** The channels that are drawn as traces, in their order: all, or those of the largest deviation. */
export function tracedRows(layer: Vectors, rows: readonly number[]): number[] {
  const spread = (row: number) => {
    const { std } = layer.statistics[row]!;
    return Number.isFinite(std) ? std : -1;
  };
  const chosen = new Set(
    [...rows].sort((a, b) => spread(b) - spread(a) || a - b).slice(0, mostTraces),
  );
  return rows.filter((row) => chosen.has(row));
}

/** Channels of a 1-D layer as lines, one under the other, each from its own lowest to its highest value. */
export function drawTraces(
  layer: Vectors,
  rows: readonly number[],
  width: number,
  theme: Theme,
): Block {
  const wide = Math.max(width, 240);
  const marks = rows.flatMap((row, i): Mark[] => {
    const { min, max } = layer.statistics[row]!;
    const ends = min <= max ? [formatNumber(max), formatNumber(min)] : ["not finite", ""];
    const y = i * step;
    return [
      { kind: "text", x: 0, y: y + 21, text: String(row), fill: theme.muted, ...style },
      ...ends.map((words, line): Mark => {
        const at = {
          x: left - 6,
          y: y + 10 + line * (height - 10),
          anchor: "end",
          size: 10,
        } as const;
        return { kind: "text", ...at, text: words, fill: theme.faint };
      }),
      { kind: "rect", x: left, y: y + height, width: wide, height: 1, fill: theme.line },
      ...linesOf(layer, row, wide).map((points): Mark => ({
        kind: "path",
        path: polyline(points.map(([x, at]): Point => [left + x, y + at])),
        stroke: theme.ink,
        strokeWidth: 1.2,
      })),
    ];
  });
  return { width: wide, height: rows.length * step, marks };
}

/** A line is broken where a value is not finite. */
function linesOf(layer: Vectors, row: number, width: number): Point[][] {
  const { columns, values, statistics } = layer;
  const { min, max } = statistics[row]!;
  const lines: Point[][] = [[]];
  for (let i = 0; i < columns; i++) {
    const value = values[row * columns + i]!;
    if (!Number.isFinite(value)) {
      lines.push([]);
      continue;
    }
    const share = max > min ? (value - min) / (max - min) : 0;
    lines.at(-1)!.push([((i + 0.5) * width) / columns, height - 1 - share * (height - 2)]);
  }
  return lines.filter((points) => points.length > 1);
}
