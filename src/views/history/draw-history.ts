import { largest, smallest } from "../../base/extremes.ts";
import type { Color } from "../../plot/color.ts";
import { formatNumber } from "../../plot/format-number.ts";
import { type Block, page } from "../../plot/page.ts";
import { type PathCommand, type Point, circle, polyline } from "../../plot/path.ts";
import type { Mark, Picture } from "../../plot/picture.ts";
import { textWidth } from "../../plot/text.ts";
import { type Theme, type ThemeName, themes } from "../../plot/theme.ts";
import type { History } from "../../model/history.ts";

export interface DrawHistoryOptions {
  /** What was trained. */
  title?: string;
  subtitle?: string;
  theme?: ThemeName;
}

const panel = { width: 400, height: 230, left: 52, right: 14, top: 30, bottom: 34, gap: 28 };
const small = { size: 12 } as const;
const colors: Record<ThemeName, { train: Color; validation: Color }> = {
  light: { train: "#1f6fb4", validation: "#c2570c" },
  dark: { train: "#6db3f2", validation: "#ff9d57" },
};

/** The curves of a training: one panel for each number, training and validation in one panel. */
export function drawHistory(history: History, options: DrawHistoryOptions = {}): Picture {
  const { title = "Training", subtitle, theme: name = "light" } = options;
  const theme = themes[name];
  const names = Object.keys(history.history).filter((each) => !each.startsWith("val_"));
  const hasValidation = Object.keys(history.history).some((each) => each.startsWith("val_"));
  const marks: Mark[] = names.map((each, i) => ({
    kind: "group",
    x: (i % 2) * (panel.width + panel.gap),
    y: Math.floor(i / 2) * (panel.height + panel.gap),
    marks: drawPanel(each, history, theme, colors[name]),
  }));
  const [columns, rows] = [Math.min(2, names.length), Math.ceil(names.length / 2)];
  return page({
    title,
    subtitle,
    caption: captionOf(history),
    legend: [
      lineKey("training", colors[name].train, theme),
      ...(hasValidation ? [lineKey("validation", colors[name].validation, theme)] : []),
    ],
    body: {
      width: columns * panel.width + (columns - 1) * panel.gap,
      height: rows * panel.height + (rows - 1) * panel.gap,
      marks,
    },
    theme,
  });
}

/** The best epoch by each validated number, in words. */
function captionOf({ epoch, history }: History): string {
  const count = `${epoch.length} ${epoch.length === 1 ? "epoch" : "epochs"}.`;
  const loss = history.val_loss ? "val_loss" : "loss";
  const values = history[loss] ?? [];
  const finite = values.filter((value) => Number.isFinite(value));
  if (finite.length === 0) return count;
  const best = values.indexOf(smallest(finite));
  const others = Object.keys(history).filter(
    (name) => name !== loss && name.startsWith("val_") === loss.startsWith("val_"),
  );
  const beside = others
    .filter((name) => name !== "learning_rate")
    .map((name) => `${name} ${formatNumber(history[name]![best]!)}`);
  return (
    `${count} The smallest ${loss}, ${formatNumber(values[best]!)}, came at epoch ${epoch[best]! + 1}` +
    `${beside.length > 0 ? `, with ${beside.join(", ")}` : ""}.`
  );
}

function drawPanel(
  name: string,
  { epoch, history }: History,
  theme: Theme,
  color: { train: Color; validation: Color },
): Mark[] {
  const lines = [
    { values: history[name]!, color: color.train },
    ...(history[`val_${name}`]
      ? [{ values: history[`val_${name}`]!, color: color.validation }]
      : []),
  ];
  const numbers = lines.flatMap((line) => line.values).filter((value) => Number.isFinite(value));
  const ticks = niceTicks(smallest(numbers), largest(numbers));
  const [low, high] = [ticks[0] ?? 0, ticks.at(-1) ?? 1];
  const inner = {
    width: panel.width - panel.left - panel.right,
    height: panel.height - panel.top - panel.bottom,
  };
  const [first, last] = [epoch[0] ?? 0, epoch.at(-1) ?? 0];
  const x = (at: number) =>
    panel.left + (last === first ? inner.width / 2 : ((at - first) / (last - first)) * inner.width);
  const y = (value: number) => panel.top + inner.height * (1 - (value - low) / (high - low));
  const marks: Mark[] = [
    { kind: "text", x: 0, y: 14, text: name, size: 14, weight: "bold", fill: theme.ink },
  ];
  for (const tick of ticks) {
    const line = polyline([
      [panel.left, y(tick)],
      [panel.width - panel.right, y(tick)],
    ]);
    marks.push(
      { kind: "path", path: line, stroke: theme.line },
      {
        kind: "text",
        x: panel.left - 8,
        y: y(tick) + 4,
        text: formatNumber(tick),
        fill: theme.muted,
        anchor: "end",
        ...small,
      },
    );
  }
  marks.push({
    kind: "text",
    x: panel.left - 8,
    y: panel.height - panel.bottom + 18,
    text: "epoch",
    fill: theme.muted,
    anchor: "end",
    ...small,
  });
  for (const at of epochTicks(epoch))
    marks.push({
      kind: "text",
      x: x(at),
      y: panel.height - panel.bottom + 18,
      text: String(at + 1),
      fill: theme.muted,
      anchor: "middle",
      ...small,
    });
  for (const { values, color: stroke } of lines) {
    const points = values.map((value, i): Point => [x(epoch[i]!), y(value)]);
    marks.push({ kind: "path", path: brokenLine(points), stroke, strokeWidth: 2 });
    if (points.length <= 30)
      for (const [px, py] of points)
        if (Number.isFinite(py))
          marks.push({ kind: "path", path: circle(px, py, 2.5), fill: stroke });
  }
  return marks;
}

/** A line through the points, with gaps where one is not finite. */
function brokenLine(points: readonly Point[]): PathCommand[] {
  return points.flatMap(([x, y], i): PathCommand[] => {
    if (!Number.isFinite(y)) return [];
    return [[i > 0 && Number.isFinite(points[i - 1]![1]) ? "L" : "M", x, y]];
  });
}

/** Round numbers from below `low` to above `high`: steps of 1, 2 or 5 times a power of ten. */
export function niceTicks(low: number, high: number): number[] {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  const span = high - low || Math.abs(high) || 1;
  const power = 10 ** Math.floor(Math.log10(span / 4));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => span / each <= 5 + 1e-9)!;
  const from = Math.floor(low / step + 1e-9);
  const to = Math.max(from + 1, Math.ceil(high / step - 1e-9));
  // bounded: five steps and the one above
  return Array.from({ length: to - from + 1 }, (_, i) =>
    Number(((from + i) * step).toPrecision(12)),
  );
}

/** At most ten of the epochs, evenly spaced. */
function epochTicks(epoch: readonly number[]): number[] {
  const every = Math.ceil(epoch.length / 10);
  return epoch.filter((_, i) => i % every === 0);
}

function lineKey(text: string, stroke: Color, theme: Theme): Block {
  const style = { size: 13 };
  return {
    width: 30 + Math.ceil(textWidth(text, style)),
    height: 16,
    marks: [
      {
        kind: "path",
        path: polyline([
          [0, 8],
          [22, 8],
        ]),
        stroke,
        strokeWidth: 2,
      },
      { kind: "path", path: circle(11, 8, 2.5), fill: stroke },
      { kind: "text", x: 30, y: 13, text, fill: theme.muted, ...style },
    ],
  };
}
