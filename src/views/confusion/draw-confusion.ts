import { counted } from "../../base/counted.ts";
import { largest } from "../../base/extremes.ts";
import type { Color } from "../../plot/color.ts";
import { formatNumber } from "../../plot/format-number.ts";
import { type Block, page } from "../../plot/page.ts";
import { circle, polyline } from "../../plot/path.ts";
import type { Mark, Picture } from "../../plot/picture.ts";
import { type Theme, type ThemeName, themes } from "../../plot/theme.ts";
import { drawMatrix } from "../evaluation/draw-evaluation.ts";
import { drawHeatmaps } from "../heatmap/draw-heatmaps.ts";
import type { Confusion } from "./confusion.ts";
import type { ExplainedMistake } from "./explain-mistake.ts";

const blue: Color = "#1f6fb4";
const orange: Color = "#d55e00";
const small = { size: 12 } as const;
const strong = { size: 14, weight: "bold" } as const;
const [side, left, top, gap] = [240, 46, 30, 56];

/** The matrix, how sure the network is and should be, and of two classes what a threshold does. */
export function drawConfusion(
  found: Confusion,
  words: { title: string; subtitle: string; caption: string; theme: ThemeName },
): Picture {
  const theme = themes[words.theme];
  const { classNames, part, thresholds, roc } = found;
  const { length } = classNames;
  const counts = classNames.map((_, i) => [...part.counts.subarray(i * length, (i + 1) * length)]);
  const blocks: Block[] = [drawMatrix({ classNames, counts }, theme), calibration(found, theme)];
  if (thresholds.length > 0)
    blocks.push(
      plot(
        theme,
        "ROC",
        ["taken wrongly", "found"],
        [{ points: roc, color: blue, name: "" }],
        true,
      ),
      plot(
        theme,
        `Threshold of ${classNames[1]}`,
        ["probability from", ""],
        (["precision", "recall", "f1"] as const).map((name, i) => ({
          name,
          color: [blue, orange, theme.ink as Color][i]!,
          points: thresholds.flatMap((row) =>
            row[name] === null ? [] : [[row.threshold, row[name]] as const],
          ),
        })),
        false,
      ),
    );
  let x = 0;
  const marks = blocks.map((block): Mark => {
    const group: Mark = { kind: "group", x, y: 0, marks: block.marks };
    x += block.width + gap;
    return group;
  });
  const height = largest(blocks.map((block) => block.height));
  return page({ ...words, body: { width: x - gap, height, marks }, theme });
}

/** Confidence against accuracy; the size of a point is the share of the photos. */
function calibration({ part, total }: Confusion, theme: Theme): Block {
  const points = [...part.photos.keys()].flatMap((bin) => {
    const photos = part.photos[bin]!;
    if (photos === 0) return [];
    return [
      { at: [part.confidence.value(bin) / photos, part.right[bin]! / photos] as const, photos },
    ];
  });
  const line = { points: points.map(({ at }) => at), color: blue, name: "" };
  const block = plot(theme, "Calibration", ["how sure", "how often right"], [line], true);
  const dots = points.map(({ at: [x, y], photos }): Mark => ({
    kind: "path",
    path: circle(left + x * side, top + (1 - y) * side, 2 + 10 * Math.sqrt(photos / total)),
    fill: blue,
    opacity: 0.5,
  }));
  return { ...block, marks: [...block.marks, ...dots] };
}

interface Line {
  readonly name: string;
  readonly color: Color;
  readonly points: readonly (readonly [number, number])[];
}

/** A square from 0 to 1 both ways. */
function plot(
  theme: Theme,
  title: string,
  [across, up]: readonly [string, string],
  lines: readonly Line[],
  diagonal: boolean,
): Block {
  const at = ([x, y]: readonly [number, number]) =>
    [left + x * side, top + (1 - y) * side] as const;
  const marks: Mark[] = [
    { kind: "text", x: 0, y: 14, text: title, fill: theme.ink, ...strong },
    {
      kind: "path",
      path: polyline([at([0, 0]), at([1, 0]), at([1, 1]), at([0, 1])], true),
      stroke: theme.line,
    },
  ];
  for (const tick of [0, 0.5, 1]) {
    const text = formatNumber(tick);
    const [x, y] = [at([tick, 0])[0], at([0, tick])[1]];
    marks.push(
      { kind: "text", x, y: top + side + 18, text, fill: theme.muted, anchor: "middle", ...small },
      { kind: "text", x: left - 8, y: y + 4, text, fill: theme.muted, anchor: "end", ...small },
    );
  }
  const middle = { fill: theme.muted, anchor: "middle", ...small } as const;
  marks.push(
    { kind: "text", x: left + side / 2, y: top + side + 36, text: across, ...middle },
    { kind: "text", x: 12, y: top + side / 2, text: up, angle: -90, ...middle },
  );
  if (diagonal)
    marks.push({
      kind: "path",
      path: polyline([at([0, 0]), at([1, 1])]),
      stroke: theme.line,
      dash: [4, 4],
    });
  lines.forEach(({ points, color, name }, i) => {
    marks.push({ kind: "path", path: polyline(points.map(at)), stroke: color, strokeWidth: 2 });
    if (name !== "")
      marks.push({
        kind: "text",
        x: left + 8,
        y: top + side - 10 - 16 * i,
        text: name,
        fill: color,
        ...small,
      });
  });
  return { width: left + side + 8, height: top + side + 44, marks };
}

/** The surest mistakes of one cell: where the network saw the wrong class rather than the right one. */
export function drawMistakes(
  { classNames, part }: Confusion,
  list: readonly ExplainedMistake[],
  theme: ThemeName,
): Picture {
  const { label, predicted, layer } = list[0]!;
  const [is, as] = [classNames[label]!, classNames[predicted]!];
  const count = part.counts[label * classNames.length + predicted]!;
  const heatmaps = list.map(({ heatmap, name, confidence, units }, photo) => ({
    ...heatmap,
    photo,
    title: name.slice(name.lastIndexOf("/") + 1),
    detail: `${(100 * confidence).toFixed(1)} %: ${units.map(({ unit }) => unit).join(", ") || "none"}`,
  }));
  return drawHeatmaps(
    heatmaps,
    list.map(({ backdrop }) => backdrop),
    {
      title: `${is} taken for ${as}`,
      subtitle: counted(count, "photo"),
      caption:
        `The surest of them, and where ${layer} speaks for ${as} rather than ${is}: Grad-CAM of the difference of their ` +
        `logits. Under each how sure it was, and the units of ${layer} that carried the answer.`,
    },
    { style: "overlay", size: 300, theme },
  );
}
