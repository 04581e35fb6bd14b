import { type Glyph, capHeight, font } from "./font/font.ts";
import { type PathCommand, type Point, type Run, flatten } from "./path.ts";
import type { TextMark } from "./picture.ts";
import { type PlacedCharacter, setText } from "./text.ts";

/** A text mark, character by character, from its start on along its baseline. */
export interface PlacedText {
  readonly mark: TextMark;
  /** Where the first character starts; the baseline of level text lies on a whole row, so that its foot is sharp. */
  readonly start: Point;
  readonly characters: readonly PlacedCharacter[];
}

/** Characters side by side that the bundled typeface lacks, as a text of their own. */
export interface ForeignPiece {
  readonly mark: TextMark;
  /** Pixels along the baseline that were kept free for it. */
  readonly width: number;
  /** Which characters of the whole text these are. */
  readonly first: number;
  readonly last: number;
}

/** Finds the places of all characters. Coordinates are pixels of the target. */
export function placeText(mark: TextMark): PlacedText {
  const { x, y, size, weight, anchor = "start", angle = 0 } = mark;
  const characters = setText(mark.text, weight);
  const last = characters.at(-1);
  const width = last ? (last.x + last.advance) * size : 0;
  const shift = anchor === "end" ? width : anchor === "middle" ? width / 2 : 0;
  const { cos, sin } = direction(angle);
  return {
    mark,
    start: [x - shift * cos, (angle === 0 ? Math.round(y) : y) - shift * sin],
    characters,
  };
}

/** The outlines of all characters but those in `without`, as runs of lines. */
export function textRuns(text: PlacedText, without?: ReadonlySet<number>): Run[] {
  const { size, weight = "regular", angle = 0 } = text.mark;
  const [x, y] = text.start;
  const face = font(weight);
  const runs = text.characters.flatMap((character, i) => {
    if (without?.has(i)) return [];
    const { path } = face.glyph(character.code) ?? codeBox(character.code, character.advance);
    return flatten(path, size, x + character.x * size, y);
  });
  if (angle !== 0) turn(runs, x, y, angle);
  return runs;
}

/** The parts of a text that the bundled typeface lacks. */
export function foreignPieces({ mark, start, characters }: PlacedText): ForeignPiece[] {
  const { size, weight = "regular", angle = 0 } = mark;
  const face = font(weight);
  const { cos, sin } = direction(angle);
  const foreign = (i: number) => !!characters[i] && !face.glyph(characters[i].code);
  // A space between two foreign words belongs to them: the order of the words may not be ours.
  const space = (i: number) => characters[i]?.code === 0x20 && foreign(i + 1);
  const pieces: ForeignPiece[] = [];
  for (let first = 0; first < characters.length; first++) {
    if (!foreign(first)) continue;
    let last = first;
    while (foreign(last + 1) || space(last + 1)) last++;
    const text = characters
      .slice(first, last + 1)
      .map((c) => String.fromCodePoint(c.code))
      .join("");
    const from = characters[first]!.x * size;
    const end = characters[last]!;
    pieces.push({
      mark: { ...mark, text, x: start[0] + from * cos, y: start[1] + from * sin, anchor: "start" },
      width: (end.x + end.advance) * size - from,
      first,
      last,
    });
    first = last;
  }
  return pieces;
}

/** Cosine and sine of an angle in degrees; whole quarters are exact. */
function direction(degrees: number): { cos: number; sin: number } {
  const radians = (degrees * Math.PI) / 180;
  if (degrees % 90 !== 0) return { cos: Math.cos(radians), sin: Math.sin(radians) };
  return { cos: Math.round(Math.cos(radians)), sin: Math.round(Math.sin(radians)) };
}

/** Turns runs clockwise about (x, y), in place. */
function turn(runs: readonly Run[], x: number, y: number, degrees: number): void {
  const { cos, sin } = direction(degrees);
  for (const { points } of runs)
    for (let i = 0; i < points.length; i += 2) {
      const dx = points[i]! - x;
      const dy = points[i + 1]! - y;
      points[i] = x + dx * cos - dy * sin;
      points[i + 1] = y + dx * sin + dy * cos;
    }
}

/** A box with the code point in it, two rows of hexadecimal digits, for a character we cannot draw. */
function codeBox(code: number, advance: number): Glyph {
  if (advance === 0) return { advance, path: [] };
  const digits = code.toString(16).toUpperCase().padStart(4, "0");
  const perRow = Math.ceil(digits.length / 2);
  const left = 0.04;
  const right = advance - 0.04;
  const top = -capHeight - 0.1;
  const line = 0.05;
  const path: PathCommand[] = [
    ...frame(left, top, right, 0.1, false),
    ...frame(left + line, top + line, right - line, 0.1 - line, true),
  ];
  const face = font("regular");
  const size = Math.min(0.5, (right - left - 0.12) / (0.65 * perRow));
  [digits.slice(0, perRow), digits.slice(perRow)].forEach((row, r) => {
    const placed = setText(row);
    const width = (placed.at(-1)!.x + placed.at(-1)!.advance) * size;
    const foot = r === 0 ? top + 0.45 : 0.03;
    for (const digit of placed)
      for (const command of face.glyph(digit.code)!.path)
        path.push(
          command.map((value, i) => {
            if (typeof value === "string") return value;
            return i % 2 === 1
              ? value * size + (left + right - width) / 2 + digit.x * size
              : value * size + foot;
          }) as unknown as PathCommand,
        );
  });
  return { advance, path };
}

/** A rectangle, clockwise or, to cut a hole, the other way. */
function frame(
  left: number,
  top: number,
  right: number,
  bottom: number,
  hole: boolean,
): PathCommand[] {
  return hole
    ? [["M", left, top], ["L", left, bottom], ["L", right, bottom], ["L", right, top], ["Z"]]
    : [["M", left, top], ["L", right, top], ["L", right, bottom], ["L", left, bottom], ["Z"]];
}
