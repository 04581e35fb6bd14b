import { deflateSync } from "node:zlib";
import { encodeRasterSync } from "../node/pictures/png-platform.ts";
import type { Mark, Picture } from "../plot/picture.ts";
import { type Raster, toRgb } from "../plot/raster.ts";
import { rasterize } from "../plot/rasterize.ts";
import type { CommandIo } from "./command.ts";
import { halfBlocks } from "./half-blocks.ts";

/** How a terminal can show a picture. */
export type PreviewKind = "kitty" | "iterm" | "blocks" | "none";

/** Rows of text that a preview in half blocks takes at most. */
const mostRows = 36;

/**
 * What a terminal shows when this text is written to it: the picture itself where it knows a graphics
 * protocol, else coloured half blocks; `undefined` where nothing should be shown (a pipe, a dumb
 * terminal, NO_COLOR).
 */
export function preview(
  image: Picture | Raster,
  { terminal, env }: { terminal: Omit<CommandIo["terminal"], "width">; env: CommandIo["env"] },
): string | undefined {
  const kind = previewKind(terminal.isTty, env);
  const columns = Math.max(1, terminal.columns);
  switch (kind) {
    case "none":
      return undefined;
    case "kitty":
      return kitty(pixels(image), columns);
    case "iterm":
      return iterm(pixels(image), columns);
    case "blocks": {
      const size = { columns, rows: mostRows, trueColor: hasTrueColor(env) };
      return halfBlocks("data" in image ? image : withoutPaper(drawingOf(image)), size);
    }
  }
}

/**
 * What a terminal can do, by the variables that it sets.
 *
 * Sources: https://sw.kovidgoyal.net/kitty/graphics-protocol, https://iterm2.com/documentation-images.html,
 * https://no-color.org
 */
export function previewKind(isTty: boolean, env: CommandIo["env"]): PreviewKind {
  const { TERM = "", TERM_PROGRAM = "" } = env;
  if (!isTty || TERM === "dumb" || env.NO_COLOR) return "none";
  // Inside tmux and screen the protocols do not get through; half blocks do.
  if (env.TMUX || env.STY || /^(screen|tmux)/.test(TERM)) return "blocks";
  if (env.KITTY_WINDOW_ID || TERM === "xterm-kitty" || TERM === "xterm-ghostty") return "kitty";
  if (TERM_PROGRAM === "ghostty") return "kitty";
  if (TERM_PROGRAM === "iTerm.app" || env.LC_TERMINAL === "iTerm2") return "iterm";
  if (TERM_PROGRAM === "WezTerm" || TERM_PROGRAM === "mintty") return "iterm";
  return "blocks";
}

/** Whether a terminal shows all colours, or the 256 of xterm. */
function hasTrueColor(env: CommandIo["env"]): boolean {
  if (env.COLORTERM === "truecolor" || env.COLORTERM === "24bit") return true;
  if (env.TERM_PROGRAM === "Apple_Terminal") return false;
  return !/256color/.test(env.TERM ?? "");
}

function pixels(image: Picture | Raster): Raster {
  return "data" in image ? image : rasterize(image);
}

/** A column of a terminal is about this wide; a picture that is wider than all columns is shrunk. */
const columnPixels = 9;

function fits(raster: Raster, columns: number): boolean {
  return raster.width <= columns * columnPixels;
}

/** Kitty: raw pixels, compressed, base64, in pieces of at most 4096 characters. */
function kitty(raster: Raster, columns: number): string {
  const rgb = toRgb(raster);
  const text = Buffer.from(deflateSync(rgb.data, { level: 3 })).toString("base64");
  const size = fits(raster, columns) ? "" : `,c=${columns}`;
  const pieces = text.match(/.{1,4096}/g) ?? [];
  return pieces
    .map((piece, i) => {
      const more = `m=${i < pieces.length - 1 ? 1 : 0}`;
      const keys = `a=T,q=2,f=24,o=z,s=${rgb.width},v=${rgb.height}${size},${more}`;
      return `\u001b_G${i === 0 ? keys : more};${piece}\u001b\\`;
    })
    .join("");
}

/** iTerm2: a whole PNG file in base64. */
function iterm(raster: Raster, columns: number): string {
  const file = Buffer.from(encodeRasterSync(raster));
  const width = fits(raster, columns) ? "auto" : "100%";
  return `\u001b]1337;File=inline=1;size=${file.length};width=${width};preserveAspectRatio=1:${file.toString("base64")}\u0007`;
}

/** The drawing alone, without heading and words, which half blocks cannot show. */
function drawingOf(picture: Picture): Picture {
  const { width, height, body = { x: 0, y: 0, width, height } } = picture;
  const marks: Mark = { kind: "group", x: -body.x, y: -body.y, marks: withoutText(picture.marks) };
  return { ...picture, width: body.width, height: body.height, marks: [marks] };
}

function withoutText(marks: readonly Mark[]): Mark[] {
  return marks.flatMap((mark): Mark[] => {
    if (mark.kind === "text") return [];
    return mark.kind === "group" ? [{ ...mark, marks: withoutText(mark.marks) }] : [mark];
  });
}

/**
 * The pixels of a picture without its paper. Drawn on black and on white, what is paper differs by
 * the whole range, and what is covered not at all: that gives the opacity, and from it the colour.
 */
function withoutPaper(picture: Picture): Raster {
  const black = rasterize({ ...picture, background: "#000000" });
  const white = rasterize({ ...picture, background: "#ffffff" });
  const { width, height } = black;
  const data = new Uint8Array(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    const opacity = 255 - (white.data[i * 3]! - black.data[i * 3]!);
    data[i * 4 + 3] = opacity;
    for (let c = 0; c < 3 && opacity > 0; c++)
      data[i * 4 + c] = Math.min(255, Math.round((black.data[i * 3 + c]! * 255) / opacity));
  }
  return { width, height, channels: 4, data };
}
