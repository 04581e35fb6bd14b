import { type Coverage, coverageOf } from "./coverage.ts";
import type { TextMark } from "./picture.ts";
import { textWidth } from "./text.ts";
import { placeText, textRuns } from "./text-outline.ts";

/** A text in one size and weight: how wide it is, and what it covers from each place that it was drawn at. */
interface KnownText {
  readonly size: number;
  readonly weight: TextMark["weight"];
  /** In pixels. */
  readonly width: number;
  /** By the place between two pixels that it starts at. */
  readonly shapes: Map<number, Coverage | undefined>;
}

/** Sheets of thousands of maps repeat the same numbers: what was drawn once is kept, up to 16 MB. */
const mostShares = 4 << 20;
const known = new Map<string, KnownText[]>();
let kept = 0;

const everywhere = { left: -1e9, top: -1e9, right: 1e9, bottom: 1e9 };

/**
 * The pixels that a level text covers, foreign characters as boxes; coordinates are those of the target.
 *
 * @param x of the mark, in pixels of the target
 * @param y of its baseline, which is put on a whole row
 * @param size pixels an em
 */
export function textCoverage(
  mark: TextMark,
  x: number,
  y: number,
  size: number,
): Coverage | undefined {
  const text = knownText(mark, size);
  const { anchor } = mark;
  const start = anchor === "end" ? x - text.width : anchor === "middle" ? x - text.width / 2 : x;
  const column = Math.floor(start);
  const phase = start - column;
  let found = text.shapes.get(phase);
  if (!found && !text.shapes.has(phase)) {
    const atOrigin = placeText({ ...mark, x: 0, y: 0, size, anchor: "start" });
    found = coverageOf(textRuns({ ...atOrigin, start: [phase, 0] }), everywhere);
    kept += found?.shares.length ?? 0;
    text.shapes.set(phase, found);
  }
  if (!found) return undefined;
  const { width, height, shares } = found;
  return { x: found.x + column, y: found.y + Math.round(y), width, height, shares };
}

function knownText(mark: TextMark, size: number): KnownText {
  const { text, weight } = mark;
  if (kept > mostShares) {
    known.clear();
    kept = 0;
  }
  let entries = known.get(text);
  if (!entries) known.set(text, (entries = []));
  let entry = entries.find((each) => each.size === size && each.weight === weight);
  if (!entry) {
    const width = textWidth(text, weight ? { size, weight } : { size });
    entries.push((entry = { size, weight, width, shapes: new Map() }));
    // A text that is never drawn counts as well.
    kept += 16;
  }
  return entry;
}
