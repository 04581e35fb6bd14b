import { type FontWeight, font } from "./font/font.ts";

/** How a piece of text is set. */
export interface TextStyle {
  /** Pixels an em. */
  readonly size: number;
  readonly weight?: FontWeight;
}

/** One character in its place along the baseline. */
export interface PlacedCharacter {
  readonly code: number;
  /** From the start of the text, in em. */
  readonly x: number;
  readonly advance: number;
}

/** Characters of text in composed form, each with its place; kerned where the typeface says so. */
export function setText(text: string, weight: FontWeight = "regular"): PlacedCharacter[] {
  const face = font(weight);
  const placed: PlacedCharacter[] = [];
  let x = 0;
  let before: number | undefined;
  for (const character of composed(text)) {
    const code = character.codePointAt(0)!;
    if (before !== undefined) x += face.kerning(before, code);
    const advance = face.glyph(code)?.advance ?? foreignAdvance(code);
    placed.push({ code, x, advance });
    x += advance;
    before = code;
  }
  return placed;
}

/** The text in composed form; what has nothing to compose, as every number, is not asked about. */
const composed = (text: string): string =>
  /^[ -\u02ff\u2212]*$/.test(text) ? text : text.normalize("NFC");

/** Widths in em of the texts that were asked for last: labels are measured several times. */
const knownWidths = { regular: new Map<string, number>(), bold: new Map<string, number>() };
const mostWidths = 20_000;

/** Width of a text in pixels. */
export function textWidth(text: string, { size, weight = "regular" }: TextStyle): number {
  const known = knownWidths[weight];
  let width = known.get(text);
  if (width === undefined) {
    const last = setText(text, weight).at(-1);
    width = last ? last.x + last.advance : 0;
    if (known.size >= mostWidths) known.clear();
    if (text.length <= longestText) known.set(text, width);
  }
  return width * size;
}

/** Whether the bundled typeface has every character of the text. */
export function hasGlyphs(text: string, weight: FontWeight = "regular"): boolean {
  const face = font(weight);
  return [...composed(text)].every((character) => face.glyph(character.codePointAt(0)!));
}

/**
 * Breaks text at its spaces into lines of at most `width` pixels, none of them very short; a longer
 * word stays whole.
 */
export function wrapText(text: string, width: number, style: TextStyle): string[] {
  const words = text.split(/\s+/).filter((word) => word !== "");
  const widths = words.map((word) => textWidth(word, style));
  const space = textWidth(" ", style);
  const most = breakLines(widths, space, width).length;
  // A narrower column that needs no more lines, so that no word stands alone on the last one.
  let narrow = 0.7 * width;
  let wide = width;
  while (wide - narrow > 4) {
    const middle = (narrow + wide) / 2;
    if (breakLines(widths, space, middle).length > most) narrow = middle;
    else wide = middle;
  }
  const starts = breakLines(widths, space, wide);
  return starts.map((start, i) => words.slice(start, starts[i + 1]).join(" "));
}

/** The word that each line starts with. */
function breakLines(widths: readonly number[], space: number, width: number): number[] {
  const starts: number[] = [];
  let used = Infinity;
  widths.forEach((word, i) => {
    used += space + word;
    if (used <= width) return;
    starts.push(i);
    used = word;
  });
  return starts;
}

/**
 * Breaks a name (`block/conv_1`) behind its joints into lines of at most `width` pixels; nothing is left out but
 * the middle of what is longer than any name.
 */
export function wrapName(whole: string, width: number, style: TextStyle): string[] {
  const name = whole.length <= longestText ? whole : endsOf([...whole]).join("");
  const lines: string[] = [];
  let line = "";
  const fits = (text: string) => textWidth(text, style) <= width;
  for (const part of name.split(/(?<=[/_.:\s-])/)) {
    if (line !== "" && !fits(line + part)) lines.push(line);
    line = lines.length > 0 && line === lines.at(-1) ? part : line + part;
    // A part that is too long by itself is broken anywhere.
    while (!fits(line)) {
      const characters = [...line];
      let kept = characters.length - 1;
      while (kept > 1 && !fits(characters.slice(0, kept).join(""))) kept--;
      lines.push(characters.slice(0, kept).join(""));
      line = characters.slice(kept).join("");
    }
  }
  return [...lines, line];
}

/** No line of a picture holds more characters; a stranger's name may have a hundred thousand. */
const longestText = 512;

/** The characters that may be seen of a text that is shortened in its middle. */
const endsOf = (characters: readonly string[]): readonly string[] =>
  characters.length <= longestText
    ? characters
    : [...characters.slice(0, longestText / 2), ...characters.slice(-longestText / 2)];

/** The text, or as much of its beginning and end as fits into `width` pixels around an ellipsis. */
export function shortenText(text: string, width: number, style: TextStyle): string {
  if (text.length <= longestText && textWidth(text, style) <= width) return text;
  const characters = endsOf([...text]);
  for (let kept = characters.length - 1; kept > 1; kept--) {
    const head = Math.ceil(kept / 2);
    const tail = characters.slice(characters.length - (kept - head)).join("");
    const short = `${characters.slice(0, head).join("")}…${kept > head ? tail : ""}`;
    if (textWidth(short, style) <= width) return short;
  }
  return "…";
}

/**
 * The width of a character that the bundled typeface lacks: a full em for the wide scripts of East
 * Asia and for pictographs, nothing for marks that sit on another character, 0.6 em for the rest.
 *
 * Source: Unicode Standard Annex 11, East Asian Width, by its large blocks.
 */
function foreignAdvance(code: number): number {
  const character = String.fromCodePoint(code);
  if (/^[\p{Mark}\p{Format}\p{Control}]$/u.test(character)) return 0;
  const wide =
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0x1f000 && code <= 0x3fffd);
  return wide ? 1 : 0.6;
}
