import { withThousands } from "../../base/text-table.ts";
import { formatColor, mixColors, parseColor } from "../../plot/color.ts";
import { colorKey } from "../../plot/color-bar.ts";
import type { ColumnLayout, FramePiece } from "../../plot/column-layout.ts";
import { arrowHead, openBox, roundedBox } from "../../plot/flow-line.ts";
import { page } from "../../plot/page.ts";
import type { Box, Mark, Picture } from "../../plot/picture.ts";
import { shortenText, textWidth } from "../../plot/text.ts";
import { type Theme, type ThemeName, themes } from "../../plot/theme.ts";
import { inset, lineStyle, nameOf, nameStyle, parameterWords, titleStyle } from "./box-text.ts";
import type { Architecture, ArchitectureBox } from "./boxes.ts";
import { colorsOf, legendOrder } from "./kind-colors.ts";
import type { ArchitectureLayout } from "./layout.ts";

/** Draws what has its place. The library that found the places is not needed any more. */
export function drawLayout(placed: ArchitectureLayout, themeName: ThemeName): Picture {
  const theme = themes[themeName];
  const { boxes, links, layout } = placed;
  return page({
    title: placed.title,
    subtitle: placed.subtitle,
    caption: placed.caption,
    legend: legend(boxes, theme),
    body: {
      width: layout.width,
      height: layout.height,
      marks: [
        ...layout.frames.flatMap((piece) => frameMarks(piece, theme)),
        ...(links.length > 0 ? linkMarks(layout, theme) : []),
        ...layout.frames
          .filter((piece) => hasTitle(piece, layout.frames))
          .flatMap((piece) => frameTitle(piece, placed, theme)),
        ...boxes.map((box) => boxMark(box, layout.nodes.get(box.id)!, theme)),
      ],
    },
    theme,
  });
}

function boxMark(box: ArchitectureBox, { x, y, width, height }: Box, theme: Theme): Mark {
  const { band, fill, border } = colorsOf(box.kind, theme);
  const room = width - 2 * inset;
  // What is peculiar to a layer stands beside its class, or where that leaves no room, beside its name.
  const detail = box.detail === "" ? 0 : textWidth(box.detail, lineStyle) + 10;
  const first = detail + textWidth(box.title, titleStyle) <= room;
  const parameters = parameterWords(box);
  const shape = shortenText(box.shape, room - textWidth(parameters, lineStyle) - 10, lineStyle);
  const title = shortenText(box.title, first ? room - detail : room, titleStyle);
  const right = {
    kind: "text",
    x: width - inset,
    anchor: "end",
    fill: theme.muted,
    ...lineStyle,
  } as const;
  const text = { kind: "text", x: inset } as const;
  const marks: Mark[] = [
    {
      kind: "path",
      path: roundedBox({ x: 0, y: 0, width, height }, 6),
      fill,
      stroke: border,
      strokeWidth: 1,
    },
    { kind: "path", path: roundedBox({ x: 0, y: 0, width: 4, height }, 2), fill: band },
    { ...text, y: 20, text: title, fill: theme.ink, ...titleStyle },
    { ...right, y: first ? 20 : 36, text: box.detail },
    {
      ...text,
      y: 36,
      text: shortenText(nameOf(box), first ? room : room - detail, lineStyle),
      fill: theme.muted,
      ...lineStyle,
    },
    { ...text, y: 52, text: shape, fill: theme.ink, ...lineStyle },
    { ...right, y: 52, text: parameters },
  ];
  return {
    kind: "group",
    x,
    y,
    title: box.layers.map(({ address, className }) => `${address} (${className})`).join(", "),
    marks: marks.filter((mark) => mark.kind !== "text" || mark.text !== ""),
  };
}

function linkMarks(layout: ColumnLayout, theme: Theme): Mark[] {
  return [
    ...layout.lines.map((path): Mark => ({
      kind: "path",
      path,
      stroke: theme.faint,
      strokeWidth: 1.25,
    })),
    ...layout.heads.map((at): Mark => ({ kind: "path", path: arrowHead(at), fill: theme.faint })),
  ];
}

function frameMarks(piece: FramePiece, theme: Theme): Mark[] {
  const { fill, outline } = openBox(piece, 10, piece);
  return [
    { kind: "path", path: fill, fill: frameTint(theme) },
    { kind: "path", path: outline, stroke: theme.line },
  ];
}

const frameTint = ({ paper, ink }: Theme) =>
  formatColor(mixColors(parseColor(paper), parseColor(ink), 0.03));

/** Of frames that go on from the column before, the innermost is named, by its whole path. */
function hasTitle(piece: FramePiece, all: readonly FramePiece[]): boolean {
  const inner = (other: FramePiece) =>
    other.above && other.column === piece.column && other.id.startsWith(`${piece.id}/`);
  return !(piece.above && all.some(inner));
}

/** The name of a nested model in the corner of its frame. */
function frameTitle(piece: FramePiece, { frames }: Architecture, theme: Theme): Mark[] {
  const { id, className, parameters, frame } = frames.find((each) => each.id === piece.id)!;
  const own = frame === undefined ? id : id.slice(frame.length + 1);
  const at = { kind: "text", x: piece.x + 10, y: piece.y + 15, ...lineStyle } as const;
  const name = shortenText(piece.above ? `${id}, continued` : own, piece.width - 20, nameStyle);
  const beside = Math.ceil(textWidth(name, nameStyle)) + 8;
  const rest = `${className}${parameters > 0 ? `, ${withThousands(parameters)} params` : ""}`;
  const fits = beside + textWidth(rest, lineStyle) <= piece.width - 20;
  const width = fits ? beside + textWidth(rest, lineStyle) : beside - 8;
  return [
    // A link may run behind it.
    {
      kind: "rect",
      x: at.x - 3,
      y: at.y - 10,
      width: width + 6,
      height: 13,
      fill: frameTint(theme),
    },
    { ...at, text: name, fill: theme.ink, ...nameStyle },
    ...(fits ? [{ ...at, x: at.x + beside, text: rest, fill: theme.muted } as const] : []),
  ];
}

function legend(boxes: readonly ArchitectureBox[], theme: Theme) {
  const colors = new Map(
    boxes.map(({ kind }) => {
      const { word, band } = colorsOf(kind, theme);
      return [word, band] as const;
    }),
  );
  return [...colors]
    .sort(([a], [b]) => legendOrder(a) - legendOrder(b))
    .map(([word, color]) => colorKey(color, word, theme));
}
