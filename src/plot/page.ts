import { largest } from "../base/extremes.ts";
import type { GroupMark, Mark, Picture } from "./picture.ts";
import { shortenText, textWidth, wrapName, wrapText } from "./text.ts";
import type { Theme } from "./theme.ts";

/** Marks that lie between (0, 0) and (width, height). */
export interface Block {
  readonly width: number;
  readonly height: number;
  readonly marks: readonly Mark[];
}

export interface PageOptions {
  /** What is drawn, in bold: the name of a layer, of a run. */
  readonly title: string;
  /** Behind the title, quieter: its class and shape. */
  readonly subtitle?: string;
  /** Sentences under the title; broken into lines. */
  readonly caption?: string;
  /** One line of legends, side by side; what does not fit goes to the next line. */
  readonly legend?: readonly Block[];
  /** Stands to the left of the heading: the photo, for instance. */
  readonly beside?: Block;
  /** The drawing itself. */
  readonly body: Block;
  readonly theme: Theme;
  /** The heading has at least this many pixels, however narrow the body is. */
  readonly minWidth?: number;
}

const margin = 28;
const titleStyle = { size: 20, weight: "bold" } as const;
const titleLine = 25;
const subtitleStyle = { size: 14 } as const;
const captionStyle = { size: 13 } as const;
const captionLine = 19;
const besideGap = 18;

/** The page every picture is set on: title, caption, legend, drawing, one under the other. */
export function page(options: PageOptions): Picture {
  const { title, subtitle = "", caption = "", legend = [], body, theme, minWidth = 460 } = options;
  const { beside } = options;
  const left = beside ? beside.width + besideGap : 0;
  const inner = Math.max(body.width - left, minWidth, largest(legend.map((block) => block.width)));
  const marks: Mark[] = [];
  let y = 15;

  const lines = wrapName(title, inner, titleStyle);
  for (const [i, text] of lines.entries()) {
    if (i > 0) y += titleLine;
    marks.push({ kind: "text", x: 0, y, text, fill: theme.ink, ...titleStyle });
  }
  if (subtitle !== "") {
    const beside = Math.ceil(textWidth(lines.at(-1)!, titleStyle)) + 14;
    const fits = beside + textWidth(subtitle, subtitleStyle) <= inner;
    if (!fits) y += 24;
    const text = shortenText(subtitle, inner, subtitleStyle);
    marks.push({
      kind: "text",
      x: fits ? beside : 0,
      y,
      text,
      fill: theme.muted,
      ...subtitleStyle,
    });
  }
  y += 9;

  // Lines longer than a hand's breadth are hard to read.
  for (const text of wrapText(caption, Math.min(inner, 860), captionStyle)) {
    y += captionLine;
    marks.push({
      kind: "text",
      x: 0,
      y,
      text: shortenText(text, inner, captionStyle),
      fill: theme.muted,
      ...captionStyle,
    });
  }
  y += 4;

  if (legend.length > 0) {
    const line = flow(legend, inner, 24, 8);
    marks.push(at(0, y + 10, line.marks));
    y += 10 + line.height;
  }
  const heading = beside ? [at(left, 0, marks), at(0, 0, beside.marks)] : marks;
  y = Math.max(y, beside?.height ?? 0) + 22;

  return {
    width: left + inner + 2 * margin,
    height: y + body.height + 2 * margin,
    background: theme.paper,
    title: subtitle === "" ? title : `${title} ${subtitle}`,
    description: caption,
    body: { x: margin, y: margin + y, width: body.width, height: body.height },
    marks: [at(margin, margin, [...heading, at(0, y, body.marks)])],
  };
}

/** Blocks side by side, broken into lines like words. */
function flow(blocks: readonly Block[], width: number, gapX: number, gapY: number): Block {
  const marks: Mark[] = [];
  let x = 0;
  let y = 0;
  let lineHeight = 0;
  for (const block of blocks) {
    if (x > 0 && x + block.width > width) {
      y += lineHeight + gapY;
      x = lineHeight = 0;
    }
    marks.push(at(x, y, block.marks));
    x += block.width + gapX;
    lineHeight = Math.max(lineHeight, block.height);
  }
  return { width, height: y + lineHeight, marks };
}

function at(x: number, y: number, marks: readonly Mark[]): GroupMark {
  return { kind: "group", x, y, marks };
}
