import { pushAll } from "../../base/extremes.ts";
import { inflateSync } from "fflate";
import { decodeBase64 } from "../base64.ts";
import type { PathCommand } from "../path.ts";
import { inter } from "./inter.ts";

/** The two weights of the bundled typeface: Inter 400 and 600. */
export type FontWeight = "regular" | "bold";

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

let fonts: Record<FontWeight, Font> | undefined;

/** The typeface in one weight; both are decoded when one is first asked for. */
export const font = (weight: FontWeight): Font =>
  (fonts ??= readFonts(inflateSync(decodeBase64(inter))))[weight];

const em = 1024;

/** Reads the bytes that fixtures/font.py writes. Outlines are put together one by one, when drawn. */
function readFonts(bytes: Uint8Array): Record<FontWeight, Font> {
  const reader = new Reader(bytes);
  const glyphs = reader.wholes();
  const [bolder, uses] = [reader.signed(), reader.wholes()];
  const [starts, shifts] = [reader.signed(), reader.signed()];
  const [points, flags] = [reader.wholes(), reader.part()];
  const steps = { dx: reader.signed(), dy: reader.signed() };
  const growth = { dx: reader.signed(), dy: reader.signed() };
  const kerns = {
    ...{ lefts: reader.wholes(), rights: reader.wholes() },
    ...{ regular: reader.signed(), bolder: reader.signed() },
  };

  // Where each new contour begins among the flags and the steps, and which one each use means.
  const places: Place[] = [];
  let [flagAt, stepAt] = [0, 0];
  for (const count of points) {
    places.push({ count, flagAt, stepAt });
    flagAt += Math.ceil(count / 8);
    stepAt += count - 1;
  }
  let fresh = 0;
  const used = Uint16Array.from(uses, (back) => (back === 0 ? fresh++ : fresh - back));

  const entries = new Map<number, Entry>();
  let [code, use] = [0, 0];
  for (let at = 1; at < glyphs.length; at += 3) {
    code += glyphs[at]!;
    entries.set(code, {
      index: entries.size,
      advance: glyphs[at + 1]!,
      use,
      end: (use += glyphs[at + 2]!),
    });
  }

  const fontOf = (bold: boolean): Font => {
    const pairs = new Map<number, number>();
    let left = 32;
    kerns.rights.forEach((right, i) => {
      left += kerns.lefts[i]!;
      const adjustment = kerns.regular[i]! + (bold ? kerns.bolder[i]! : 0);
      pairs.set(left * 128 + right + 32, adjustment / em);
    });
    const made = new Map<number, Glyph>();
    const grown = (list: Int16Array, growth: Int16Array, i: number) =>
      list[i]! + (bold ? growth[i]! : 0);
    const glyphOf = ({ index, advance, use, end }: Entry): Glyph => {
      const path: PathCommand[] = [];
      for (let i = use; i < end; i++) {
        const { count, flagAt, stepAt } = places[used[i]!]!;
        let x = grown(starts, shifts, 2 * i);
        let y = grown(starts, shifts, 2 * i + 1);
        const outline = Array.from({ length: count }, (_, j) => {
          if (j > 0) {
            x += grown(steps.dx, growth.dx, stepAt + j - 1);
            y += grown(steps.dy, growth.dy, stepAt + j - 1);
          }
          const onCurve = ((flags[flagAt + (j >> 3)]! >> (j & 7)) & 1) === 1;
          return { x: x / em, y: -y / em, onCurve };
        });
        pushAll(path, contour(outline));
      }
      return { advance: (advance + (bold ? bolder[index]! : 0)) / em, path };
    };
    return {
      glyph(wanted) {
        const entry = entries.get(wanted);
        if (entry === undefined) return undefined;
        let glyph = made.get(wanted);
        if (!glyph) made.set(wanted, (glyph = glyphOf(entry)));
        return glyph;
      },
      kerning: (left, right) => (right < 128 ? (pairs.get(left * 128 + right) ?? 0) : 0),
    };
  };
  return { regular: fontOf(false), bold: fontOf(true) };
}

/** A contour: its points, and where its flags and its steps begin. */
interface Place {
  readonly count: number;
  readonly flagAt: number;
  readonly stepAt: number;
}

/** A character: which one it is, and which uses of contours are its own. */
interface Entry {
  readonly index: number;
  readonly advance: number;
  readonly use: number;
  readonly end: number;
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

/** Reads streams of LEB128 numbers, each behind its length in bytes. */
class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  part(): Uint8Array {
    const length = this.#whole();
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  wholes(): Uint16Array {
    const length = this.#whole();
    const end = this.#at + length;
    // bounded: a typeface of ours
    const values = new Uint16Array(length);
    let count = 0;
    while (this.#at < end) values[count++] = this.#whole();
    return values.subarray(0, count);
  }

  signed(): Int16Array {
    return Int16Array.from(this.wholes(), (value) =>
      value & 1 ? -((value + 1) >> 1) : value >> 1,
    );
  }

  #whole(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#bytes[this.#at++]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }
}
