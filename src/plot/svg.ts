import { zlibSync } from "fflate";
import { joinBytes } from "../base/join-bytes.ts";
import { encodeBase64 } from "./base64.ts";
import { escapeXml } from "./escape-xml.ts";
import type { Path } from "./path.ts";
import type { Box, GroupMark, ImageMark, Mark, PathMark, Picture, TextMark } from "./picture.ts";
import { pngBands, pngFile } from "./png/png-file.ts";
import type { Raster } from "./raster.ts";
import { hasGlyphs, textWidth } from "./text.ts";

/** The bundled typeface first; what it is replaced with is squeezed to its width (see {@link text}). */
const family = "Inter, 'Helvetica Neue', Arial, 'Noto Sans', 'DejaVu Sans', sans-serif";

/**
 * Writes a picture as an SVG document. Text stays text, with every script the viewer's fonts have;
 * images are PNGs inside the document. The same picture gives the same text.
 */
export function toSvg(picture: Picture): string {
  const { width, height, background, title, description } = picture;
  const out = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${n(width)}" height="${n(height)}" viewBox="0 0 ${n(width)} ${n(height)}" role="img" font-family="${family}">`,
  ];
  // Who made it, so that a later run knows its own files.
  out.push("<!-- striate -->");
  if (title) out.push(`<title>${escapeXml(title)}</title>`);
  if (description) out.push(`<desc>${escapeXml(description)}</desc>`);
  out.push(`<rect width="100%" height="100%" fill="${background}"/>`);
  const ids = { clips: 0 };
  for (const mark of picture.marks) writeMark(out, mark, ids);
  out.push("</svg>", "");
  return out.join("\n");
}

function writeMark(out: string[], mark: Mark, ids: { clips: number }): void {
  switch (mark.kind) {
    case "image":
      return void out.push(image(mark));
    case "rect":
      return void out.push(
        `<rect ${box(mark)} fill="${mark.fill}"${opacity(mark.opacity)}${crisp(mark)}/>`,
      );
    case "path":
      return void out.push(path(mark));
    case "text":
      return void out.push(text(mark));
    case "group":
      return group(out, mark, ids);
  }
}

function group(out: string[], mark: GroupMark, ids: { clips: number }): void {
  const move = mark.x || mark.y ? ` transform="translate(${n(mark.x)} ${n(mark.y)})"` : "";
  let clip = "";
  if (mark.clip) {
    const id = `clip${++ids.clips}`;
    const { width, height } = mark.clip;
    out.push(
      `<clipPath id="${id}"${move}><rect width="${n(width)}" height="${n(height)}"/></clipPath>`,
    );
    clip = ` clip-path="url(#${id})"`;
  }
  // The clip is written in the outer coordinates, so it goes on a group of its own.
  if (clip) out.push(`<g${clip}>`);
  out.push(`<g${move}>`);
  if (mark.title) out.push(`<title>${escapeXml(mark.title)}</title>`);
  for (const child of mark.marks) writeMark(out, child, ids);
  out.push("</g>");
  if (clip) out.push("</g>");
}

function image(mark: ImageMark): string {
  const rendering = mark.smooth ? "" : ' style="image-rendering:pixelated"';
  return `<image ${box(mark)} preserveAspectRatio="none"${rendering}${opacity(mark.opacity)} href="data:image/png;base64,${encodeBase64(pngOf(enlarged(mark)))}"/>`;
}

/**
 * The image with its blocks as large as they are on the page: many viewers know no "pixelated" and
 * would blur them. What is not a whole number of times larger is left to the viewer.
 */
function enlarged({ raster, width, height, smooth }: ImageMark): Raster {
  const across = width / raster.width;
  const down = height / raster.height;
  const whole = Number.isInteger(across) && Number.isInteger(down);
  if (smooth || !whole || across * down <= 1) return raster;
  const { channels } = raster;
  const data = new Uint8Array(width * height * channels);
  for (let y = 0, to = 0; y < height; y++) {
    const row = Math.floor(y / down) * raster.width;
    for (let x = 0; x < width; x++) {
      const from = (row + Math.floor(x / across)) * channels;
      for (let c = 0; c < channels; c++) data[to++] = raster.data[from + c]!;
    }
  }
  return { ...raster, width, height, data };
}

function pngOf(raster: Raster): Uint8Array {
  const rows = joinBytes(Array.from(pngBands([raster]), (band) => band.slice()));
  return pngFile(raster, [zlibSync(rows, { level: 6 })]);
}

function path(mark: PathMark): string {
  const pen = mark.stroke
    ? ` stroke="${mark.stroke}" stroke-width="${n(mark.strokeWidth ?? 1)}"` +
      (mark.dash ? ` stroke-dasharray="${mark.dash.map(n).join(" ")}"` : "")
    : "";
  return `<path d="${pathData(mark.path)}" fill="${mark.fill ?? "none"}"${pen}${opacity(mark.opacity)}/>`;
}

/** A path as SVG's `d` has it. */
export function pathData(commands: Path): string {
  return commands
    .map(([letter, ...numbers]) => letter + (numbers as number[]).map(n).join(" "))
    .join("");
}

/**
 * `textLength` holds the width to what the layout reckoned with, whatever font the viewer has: text
 * can neither overlap nor be cut off. Scripts that the bundled typeface lacks keep their own width.
 */
function text(mark: TextMark): string {
  const { x, y, size, weight, anchor, angle, fill } = mark;
  const attributes = [
    `x="${n(x)}" y="${n(y)}" font-size="${n(size)}" fill="${fill}"`,
    weight === "bold" ? ' font-weight="600"' : "",
    anchor && anchor !== "start" ? ` text-anchor="${anchor}"` : "",
    angle ? ` transform="rotate(${n(angle)} ${n(x)} ${n(y)})"` : "",
    mark.text.length > 1 && hasGlyphs(mark.text, weight)
      ? ` textLength="${n(textWidth(mark.text, mark))}" lengthAdjust="spacingAndGlyphs"`
      : "",
  ];
  return `<text ${attributes.join("")} xml:space="preserve">${escapeXml(mark.text.normalize("NFC"))}</text>`;
}

function box(mark: Box): string {
  return `x="${n(mark.x)}" y="${n(mark.y)}" width="${n(mark.width)}" height="${n(mark.height)}"`;
}

function opacity(value: number | undefined): string {
  return value === undefined || value >= 1 ? "" : ` opacity="${n(value)}"`;
}

/** Rectangles on whole pixels have sharp edges on the screen, too. */
function crisp(mark: Box): string {
  const whole = [mark.x, mark.y, mark.width, mark.height].every(Number.isInteger);
  return whole ? ' shape-rendering="crispEdges"' : "";
}

/** A number with at most three decimals, without trailing zeros. */
function n(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}
