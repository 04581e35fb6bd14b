import { inflateSync } from "fflate";
import { decodeBase64 } from "../base64.ts";
import type { PathCommand } from "../path.ts";
import { inter } from "./inter.ts";

/** The two weights of the bundled typeface: Inter 400 and 600. */
export type FontWeight = keyof typeof inter;

/** The shape of one character. Lengths are in em, y downwards from the baseline. */
export interface Glyph {
  readonly advance: number;
  readonly path: readonly PathCommand[];
}

/** A decoded weight. */
export interface Font {
  /** The glyph of a code point, if the typeface has one. */
  glyph(code: number): Glyph | undefined;
  /** What to add to the distance between two characters, in em. */
  kerning(left: number, right: number): number;
}

/** Height of a capital letter, in em. */
export const capHeight = 0.7275;

/** From the baseline down to the lowest part of a letter, in em. */
export const descent = 0.21;

const fonts = new Map<FontWeight, Font>();

/** The typeface in one weight; decoded when first asked for. */
export function font(weight: FontWeight): Font {
  let made = fonts.get(weight);
  if (!made) fonts.set(weight, (made = readFont(inflateSync(decodeBase64(inter[weight])))));
  return made;
}

const em = 1024;

/** Reads the bytes that fixtures/font.py writes. Outlines are decoded one by one, when drawn. */
function readFont(bytes: Uint8Array): Font {
  const reader = new Reader(bytes);
  const places = new Map<number, number>();
  let code = 0;
  for (let left = reader.whole(); left > 0; left--) {
    places.set((code += reader.whole()), reader.at);
    reader.whole();
    for (let contours = reader.whole(); contours > 0; contours--) {
      const points = reader.whole();
      reader.at += Math.ceil(points / 8);
      for (let i = 0; i < points * 2; i++) reader.whole();
    }
  }
  const pairs = new Map<number, number>();
  for (let left = reader.whole(); left > 0; left--) {
    const pair = (reader.whole() + 32) * 128 + reader.whole() + 32;
    pairs.set(pair, reader.signed() / em);
  }
  const glyphs = new Map<number, Glyph>();
  return {
    glyph(wanted) {
      const place = places.get(wanted);
      if (place === undefined) return undefined;
      let glyph = glyphs.get(wanted);
      if (!glyph) glyphs.set(wanted, (glyph = readGlyph(bytes, place)));
      return glyph;
    },
    kerning: (left, right) => (right < 128 ? (pairs.get(left * 128 + right) ?? 0) : 0),
  };
}

function readGlyph(bytes: Uint8Array, place: number): Glyph {
  const reader = new Reader(bytes);
  reader.at = place;
  const advance = reader.whole() / em;
  const path: PathCommand[] = [];
  for (let contours = reader.whole(); contours > 0; contours--) {
    const count = reader.whole();
    const flags = reader.at;
    reader.at += Math.ceil(count / 8);
    let x = 0;
    let y = 0;
    const points = Array.from({ length: count }, (_, i) => {
      x += reader.signed();
      y -= reader.signed();
      const onCurve = ((bytes[flags + (i >> 3)]! >> (i & 7)) & 1) === 1;
      return { x: x / em, y: y / em, onCurve };
    });
    path.push(...contour(points));
  }
  return { advance, path };
}

/** TrueType's contour: between two control points in a row lies, unwritten, a point on the curve. */
function contour(points: { x: number; y: number; onCurve: boolean }[]): PathCommand[] {
  const count = points.length;
  const middle = (a: (typeof points)[0], b: (typeof points)[0]) => ({
    x: (a.x + b.x) / 2,
    y: (a.y + b.y) / 2,
  });
  const first = points.findIndex((point) => point.onCurve);
  const start = first >= 0 ? points[first]! : middle(points[0]!, points[count - 1]!);
  const path: PathCommand[] = [["M", start.x, start.y]];
  let control: (typeof points)[0] | undefined;
  for (let i = 1; i <= count; i++) {
    const point = points[(first + i) % count]!;
    if (point.onCurve) {
      path.push(control ? ["Q", control.x, control.y, point.x, point.y] : ["L", point.x, point.y]);
      control = undefined;
      continue;
    }
    if (control) {
      const between = middle(control, point);
      path.push(["Q", control.x, control.y, between.x, between.y]);
    }
    control = point;
  }
  if (control) path.push(["Q", control.x, control.y, start.x, start.y]);
  path.push(["Z"]);
  return path;
}

/** Reads LEB128 numbers. */
class Reader {
  at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  whole(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#bytes[this.at++]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  signed(): number {
    const value = this.whole();
    return value & 1 ? -((value + 1) >> 1) : value >> 1;
  }
}
