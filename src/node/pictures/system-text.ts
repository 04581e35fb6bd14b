import type * as ResvgModule from "@resvg/resvg-js";
import { escapeXml } from "../../plot/escape-xml.ts";
import type { PlacedRaster } from "../../plot/rasterize.ts";
import type { ForeignPiece } from "../../plot/text-outline.ts";

type Resvg = typeof ResvgModule.Resvg;
let engine: Resvg;

/** What draws foreign scripts; undefined where resvg is not installed (it is native and optional). */
export async function loadSystemText(): Promise<typeof systemText | undefined> {
  try {
    engine ??= await loadResvg();
    return systemText;
  } catch {
    return undefined;
  }
}

/**
 * resvg's loader asks Node for a whole report of the process, to learn which C library is there. Such a report
 * lists the network's interfaces, and looks up the names of whoever is connected: that part is left out.
 */
async function loadResvg(): Promise<Resvg> {
  // Known to Node since 20.13, and not to its types.
  const report = process.report as typeof process.report & { excludeNetwork?: boolean };
  const before = report.excludeNetwork;
  report.excludeNetwork = true;
  try {
    return (await import("@resvg/resvg-js")).Resvg;
  } finally {
    report.excludeNetwork = before ?? false;
  }
}

/**
 * Draws characters that the bundled typeface lacks with the fonts of this computer, squeezed to the
 * room that was kept for them; nothing when one of them is in no font.
 *
 * This is the one thing on a PNG that may differ from machine to machine.
 */
function systemText({ mark, width }: ForeignPiece): PlacedRaster | undefined {
  const { x, y, size, fill, weight, angle = 0 } = mark;
  if (!(width > 0) || width > 4096 || !allDrawable(mark.text)) return undefined;
  // The text starts in the middle of its canvas, with room on all sides to turn about that point.
  const reach = Math.ceil(width + 2 * size);
  const left = Math.floor(x) - reach;
  const top = Math.floor(y) - reach;
  const drawn = render(
    2 * reach,
    2 * reach,
    `<text x="${x - left}" y="${y - top}" fill="${fill}" font-size="${size}" font-weight="${weight === "bold" ? 600 : 400}" ` +
      `textLength="${width}" lengthAdjust="spacingAndGlyphs" transform="rotate(${angle} ${x - left} ${y - top})" ` +
      `xml:space="preserve">${escapeXml(mark.text)}</text>`,
  );
  const data = straightAlpha(drawn.pixels);
  return {
    raster: { width: drawn.width, height: drawn.height, channels: 4, data },
    x: left,
    y: top,
  };
}

/** What is known of the characters met so far. */
const drawable = new Map<string, boolean>();
const cell = 32;

/**
 * Whether the fonts of this computer have every character: each is drawn beside a code point that
 * stands for no character, and must look different from it.
 */
function allDrawable(text: string): boolean {
  const characters = [...new Set(text)];
  const unknown = characters.filter((character) => !drawable.has(character)).slice(0, 200);
  if (unknown.length > 0) {
    const rows = ["\u{fdd0}", ...unknown].map(
      (character, i) =>
        `<text x="4" y="${i * cell + 22}" font-size="16">${escapeXml(character)}</text>`,
    );
    const { pixels } = render(cell, rows.length * cell, rows.join(""));
    const size = cell * cell * 4;
    const missing = pixels.subarray(0, size);
    unknown.forEach((character, i) => {
      const own = pixels.subarray((i + 1) * size, (i + 2) * size);
      const invisible = /^[\p{Mark}\p{Format}\p{Control}]$/u.test(character);
      drawable.set(character, invisible || !missing.every((byte, at) => byte === own[at]));
    });
  }
  return characters.every((character) => drawable.get(character) ?? false);
}

function render(width: number, height: number, content: string) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${content}</svg>`;
  return new engine(svg, {
    font: { loadSystemFonts: true, defaultFontFamily: "sans-serif" },
  }).render();
}

/** Resvg multiplies colours by their opacity; rasters hold them plain. */
function straightAlpha(pixels: Uint8Array): Uint8Array {
  const data = pixels.slice();
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3]!;
    if (alpha === 0 || alpha === 255) continue;
    for (let c = 0; c < 3; c++)
      data[i + c] = Math.min(255, Math.round((data[i + c]! * 255) / alpha));
  }
  return data;
}
