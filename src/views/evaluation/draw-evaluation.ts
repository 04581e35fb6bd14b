import { counted } from "../../base/counted.ts";
import { largest } from "../../base/extremes.ts";
import { withThousands } from "../../base/text-table.ts";
import { type Color, formatColor, mixColors, parseColor, readableOn } from "../../plot/color.ts";
import { layoutGrid } from "../../plot/grid.ts";
import { type Block, page } from "../../plot/page.ts";
import type { Mark, Picture } from "../../plot/picture.ts";
import type { Raster } from "../../plot/raster.ts";
import { shortenText, textWidth } from "../../plot/text.ts";
import { type Theme, type ThemeName, themes } from "../../plot/theme.ts";
import type { Classification, WrongExample } from "./classification.ts";

export interface DrawEvaluationOptions {
  title: string;
  subtitle?: string;
  theme?: ThemeName;
}

const small = { size: 12 } as const;
const strong = { size: 14, weight: "bold" } as const;
const wrongBlue: Color = "#1f6fb4";

/** The confusion matrix of a classifier, and the examples that it got most wrong. */
export function drawEvaluation(result: Classification, options: DrawEvaluationOptions): Picture {
  const theme = themes[options.theme ?? "light"];
  const matrix = drawMatrix(result, theme);
  const photos = drawWrong(result, theme);
  const marks: Mark[] = [];
  let y = 0;
  for (const block of [matrix, photos]) {
    if (block === undefined) continue;
    marks.push({ kind: "group", x: 0, y, marks: block.marks });
    y += block.height + 36;
  }
  return page({
    title: options.title,
    subtitle: options.subtitle,
    caption:
      `${accuracyInWords(result)} ` +
      `A row of the matrix holds the pictures of a class, a column those that were taken for it; ` +
      `the bluer a cell, the larger its share of the row.`,
    body: { width: Math.max(matrix.width, photos?.width ?? 0), height: y - 36, marks },
    theme,
  });
}

/** `92.0 % of 50 pictures right, 4 wrong.` */
export function accuracyInWords({ accuracy, total }: Classification): string {
  const wrong = total - Math.round(accuracy * total);
  return `${percent(accuracy)} of ${counted(total, "picture")} right, ${withThousands(wrong)} wrong.`;
}

/** More classes than this are no picture: a row and a column of each could not be read. */
const mostClasses = 100;

/**
 * Rows are what the pictures are, columns what they were taken for. Of very many classes those with the most
 * mistakes are shown, and it says so.
 */
export function drawMatrix(
  { classNames, counts }: Pick<Classification, "classNames" | "counts">,
  theme: Theme,
): Block {
  const shown = mostMistaken(counts, mostClasses);
  const names = shown.map((i) => classNames[i]!);
  const cell = Math.max(22, Math.min(64, Math.floor(640 / names.length)));
  const side = Math.min(180, largest(names.map((name) => textWidth(name, small)))) + 12;
  const [left, top] = [side, side + 18];
  const ink = parseColor(wrongBlue);
  const paper = parseColor(theme.paper);
  const which =
    names.length < classNames.length
      ? ` (the ${names.length} of ${withThousands(classNames.length)} classes with the most mistakes)`
      : "";
  const heading = `taken for${which}`;
  const marks: Mark[] = [
    { kind: "text", x: left, y: 12, text: heading, fill: theme.muted, ...small },
  ];
  names.forEach((name, i) => {
    const label = shortenText(name, side - 12, small);
    const middle = i * cell + cell / 2;
    marks.push(
      {
        kind: "text",
        x: left - 8,
        y: top + middle + 4,
        text: label,
        fill: theme.ink,
        anchor: "end",
        ...small,
      },
      {
        kind: "text",
        x: left + middle + 4,
        y: top - 8,
        text: label,
        fill: theme.ink,
        angle: -90,
        ...small,
      },
    );
    const row = counts[shown[i]!]!;
    const total = row.reduce((sum, count) => sum + count, 0);
    shown.forEach((column, k) => {
      const count = row[column]!;
      const share = total === 0 ? 0 : count / total;
      const fill = mixColors(paper, ink, 0.06 + 0.94 * share);
      const [x, y] = [left + k * cell, top + i * cell];
      marks.push({
        kind: "rect",
        x: x + 1,
        y: y + 1,
        width: cell - 2,
        height: cell - 2,
        fill: formatColor(fill),
      });
      const size = Math.min(13, cell / 2.6);
      if (textWidth(String(count), { size }) < cell - 4)
        marks.push({
          kind: "text",
          x: x + cell / 2,
          y: y + cell / 2 + size / 3,
          text: String(count),
          fill: readableOn(fill),
          anchor: "middle",
          size,
        });
    });
  });
  const length = names.length * cell;
  return { width: left + length, height: top + length, marks };
}

/** The classes that were taken for others most often, or others for them, in their order. */
function mostMistaken(counts: readonly (readonly number[])[], most: number): number[] {
  const all = [...counts.keys()];
  if (all.length <= most) return all;
  const mistakes = all.map(() => 0);
  counts.forEach((row, i) =>
    row.forEach((count, k) => {
      if (i === k) return;
      mistakes[i]! += count;
      mistakes[k]! += count;
    }),
  );
  const ranked = all.toSorted((a, b) => mistakes[b]! - mistakes[a]! || a - b);
  return ranked.slice(0, most).sort((a, b) => a - b);
}

function drawWrong({ classNames, mostWrong }: Classification, theme: Theme): Block | undefined {
  if (mostWrong.length === 0) return undefined;
  const longestSide = (side: "height" | "width") =>
    largest(mostWrong.map(({ picture }) => picture?.[side] ?? 0));
  const [height, width] = [longestSide("height"), longestSide("width")];
  const zoom = Math.max(1, Math.ceil(120 / Math.max(1, width)));
  const cellWidth = Math.max(150, width * zoom);
  const grid = layoutGrid({
    count: mostWrong.length,
    cellWidth,
    cellHeight: height * zoom + 54,
    gapX: 16,
    gapY: 14,
    columns: "auto",
    autoWidth: 1000,
  });
  const marks: Mark[] = [
    { kind: "text", x: 0, y: 12, text: "Most wrong", fill: theme.ink, ...strong },
  ];
  mostWrong.forEach((each, i) => {
    const { x, y } = grid.at(i);
    marks.push({
      kind: "group",
      x,
      y: y + 28,
      title: each.id,
      marks: [
        ...imageOf(each.picture, zoom),
        ...wrongWords(each, classNames).map((text, line): Mark => ({
          kind: "text",
          x: 0,
          y: height * zoom + 15 + 16 * line,
          text: shortenText(text, cellWidth, small),
          fill: [theme.ink, theme.muted, theme.faint][line]!,
          ...small,
        })),
      ],
    });
  });
  return { width: grid.width, height: grid.height + 28, marks };
}

function imageOf(picture: Raster | undefined, zoom: number): Mark[] {
  if (picture === undefined) return [];
  const [width, height] = [picture.width * zoom, picture.height * zoom];
  return [{ kind: "image", x: 0, y: 0, width, height, raster: picture }];
}

function wrongWords(each: WrongExample, classNames: readonly string[]): string[] {
  return [
    `${classNames[each.label]} ${percent(each.probability)}`,
    `taken for ${classNames[each.predicted]}`,
    each.id.slice(each.id.lastIndexOf("/") + 1),
  ];
}

const percent = (share: number): string => `${(100 * share).toFixed(share < 0.001 ? 3 : 1)} %`;
