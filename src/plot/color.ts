import { StriateError } from "../base/errors.ts";

/** A colour of sRGB as `#rrggbb`. */
export type Color = `#${string}`;

/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** The few colours of a theme are asked for with every mark. */
const parsed = new Map<Color, Rgb>();
const mostParsed = 1000;

/** The three bytes of `#rrggbb`. */
export function parseColor(color: Color): Rgb {
  const before = parsed.get(color);
  if (before) return before;
  if (!/^#[0-9a-f]{6}$/i.test(color))
    throw new StriateError(`colour "${color}": expected #rrggbb, six hexadecimal digits`);
  const word = Number.parseInt(color.slice(1), 16);
  const rgb: Rgb = [word >> 16, (word >> 8) & 255, word & 255];
  if (parsed.size < mostParsed) parsed.set(color, rgb);
  return rgb;
}

/** `#rrggbb` of three bytes. */
export function formatColor([red, green, blue]: Rgb): Color {
  return `#${((red << 16) | (green << 8) | blue).toString(16).padStart(6, "0")}`;
}

/** The colour `share` of the way from `from` to `to`, mixed in sRGB. */
export function mixColors(from: Rgb, to: Rgb, share: number): Rgb {
  const mix = (i: 0 | 1 | 2) => Math.round(from[i] + (to[i] - from[i]) * share);
  return [mix(0), mix(1), mix(2)];
}

/** How bright a colour looks, 0 to 1: the relative luminance of WCAG 2 (section 1.4.3, definitions). */
export function luminance(color: Rgb): number {
  const [red, green, blue] = color.map((byte) => {
    const v = byte / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** How well text of one colour reads on another, 1 to 21: the contrast ratio of WCAG 2. */
export function contrast(a: Rgb, b: Rgb): number {
  const [dark, bright] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (bright + 0.05) / (dark + 0.05);
}

/** Black or white, whichever reads better on a colour: 4.5 : 1 at least on any. */
export function readableOn(color: Rgb): Color {
  return luminance(color) > 0.179 ? "#000000" : "#ffffff";
}
