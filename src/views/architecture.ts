import { withThousands } from "../base/text-table.ts";
import type { Network } from "../model/network.ts";
import { formatColor, mixColors, parseColor } from "../plot/color.ts";
import { colorKey } from "../plot/color-bar.ts";
import { type ColumnLayout, type FramePiece, columnLayout } from "../plot/column-layout.ts";
import { arrowHead, openBox, roundedBox } from "../plot/flow-line.ts";
import { count } from "../plot/format-number.ts";
import { layeredLayout } from "../plot/layered-layout.ts";
import { page } from "../plot/page.ts";
import type { Box, Mark, Picture } from "../plot/picture.ts";
import { shortenText, textWidth } from "../plot/text.ts";
import { type Theme, type ThemeName, themes } from "../plot/theme.ts";
import { type Architecture, type ArchitectureBox, architectureOf } from "./architecture/boxes.ts";
import { colorsOf, legendOrder } from "./architecture/kind-colors.ts";

export interface ArchitectureOptions {
  /** Draws a convolution with the normalisation and activation after it as one box. */
  readonly fold?: boolean;
  readonly theme?: ThemeName;
}

const titleStyle = { size: 13, weight: "bold" } as const;
const lineStyle = { size: 11 } as const;
const nameStyle = { size: 11, weight: "bold" } as const;
const inset = 12;
const boxHeight = 62;

/**
 * Draws the architecture of a network: a box for each layer with its class, name, output shape and
 * parameters, links in the direction of the data, nested models in frames. A long network is broken
 * into columns.
 */
export function drawArchitecture(network: Network, options: ArchitectureOptions = {}): Picture {
  const theme = themes[options.theme ?? "light"];
  const architecture = architectureOf(network, options.fold ?? false);
  const { boxes, links, frames } = architecture;
  const width = boxWidth(boxes);
  // Weights without a network have no links: a list of boxes.
  const order =
    links.length > 0 ? links : boxes.slice(1).map(({ id }, i) => ({ from: boxes[i]!.id, to: id }));
  const layout = columnLayout(
    layeredLayout(
      boxes.map(({ id, frame }) => ({ id, frame, width, height: boxHeight })),
      order,
      frames,
    ),
  );
  return page({
    title: network.name,
    subtitle: [network.origin.format, network.origin.dialect].filter(Boolean).join(", "),
    caption: captionOf(network, architecture, options.fold ?? false),
    legend: legend(boxes, theme),
    body: {
      width: layout.width,
      height: layout.height,
      marks: [
        ...layout.frames.flatMap((piece) => frameMarks(piece, theme)),
        ...(links.length > 0 ? linkMarks(layout, theme) : []),
        ...layout.frames
          .filter((piece) => hasTitle(piece, layout.frames))
          .flatMap((piece) => frameTitle(piece, architecture, theme)),
        ...boxes.map((box) => boxMark(box, layout.nodes.get(box.id)!, theme)),
      ],
    },
    theme,
  });
}

/** All boxes are as wide as the widest needs, within reason. */
function boxWidth(boxes: readonly ArchitectureBox[]): number {
  const needs = boxes.map((box) =>
    Math.max(
      textWidth(box.title, titleStyle) + (box.detail ? 14 + textWidth(box.detail, lineStyle) : 0),
      textWidth(nameOf(box), lineStyle),
      textWidth(box.shape, lineStyle) + 14 + textWidth(parameterWords(box), lineStyle),
    ),
  );
  return Math.ceil(Math.min(320, Math.max(150, ...needs) + 2 * inset));
}

function boxMark(box: ArchitectureBox, { x, y, width, height }: Box, theme: Theme): Mark {
  const { band, fill, border } = colorsOf(box.kind, theme);
  const room = width - 2 * inset;
  const detail = textWidth(box.detail, lineStyle);
  const parameters = parameterWords(box);
  const shape = shortenText(box.shape, room - textWidth(parameters, lineStyle) - 10, lineStyle);
  const title = shortenText(box.title, room - (detail > 0 ? detail + 10 : 0), titleStyle);
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
    { ...right, y: 20, text: box.detail },
    {
      ...text,
      y: 36,
      text: shortenText(nameOf(box), room, lineStyle),
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

/** The name within its frame, which has the rest of the address. */
function nameOf({ id, frame, layers }: ArchitectureBox): string {
  const own = frame === undefined ? id : id.slice(frame.length + 1);
  return layers.length > 1 ? `${own} … ${lastName(layers.at(-1)!.address)}` : own;
}

const lastName = (address: string): string => address.slice(address.lastIndexOf("/") + 1);

function parameterWords({ parameters }: ArchitectureBox): string {
  return parameters > 0 ? `${withThousands(parameters)} params` : "";
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

function captionOf(network: Network, { boxes, frames }: Architecture, fold: boolean): string {
  const total = [...network.weights.values()].reduce(
    (sum, { shape }) => sum + shape.reduce((product, length) => product * length, 1),
    0,
  );
  const shown = boxes.filter(({ kind }) => kind !== "input");
  const layers = shown.reduce((sum, box) => sum + box.layers.length, 0);
  const folded = fold && layers > shown.length ? ` in ${count(shown.length, "box", "boxes")}` : "";
  const nested = frames.length > 0 ? ` and ${count(frames.length, "nested model")}` : "";
  const what =
    network.outputs.length > 0
      ? "A box has the layer's class, name, output shape without the batch, and parameters."
      : "The file holds weights without a network: a box has a layer's name and the shapes of its weights.";
  return `${count(layers, "layer")}${folded}${nested}, ${withThousands(total)} parameters. ${what}`;
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
