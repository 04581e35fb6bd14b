import { type Coverage, coverageOf } from "./coverage.ts";
import { type PlacedText, placeText, textRuns } from "./text-outline.ts";
import type { TextMark } from "./picture.ts";

/** Sheets of thousands of maps repeat the same numbers: what was drawn once is kept, up to 16 MB. */
const mostShares = 4 << 20;
const known = new Map<string, Coverage | undefined>();
let kept = 0;

const everywhere = { left: -1e9, top: -1e9, right: 1e9, bottom: 1e9 };

/**
 * The pixels that a level text covers, foreign characters as boxes. It is found once for each place
 * between two pixels that the text starts at; coordinates are those of the target.
 */
export function textCoverage(mark: TextMark): Coverage | undefined {
  const text = placeText(mark);
  const [x, y] = text.start;
  const column = Math.floor(x);
  const key = `${mark.size} ${mark.weight ?? ""} ${x - column} ${mark.text}`;
  let found = known.get(key);
  if (!found && !known.has(key)) {
    const atOrigin: PlacedText = { ...text, start: [x - column, 0] };
    found = coverageOf(textRuns(atOrigin), everywhere);
    const size = found?.shares.length ?? 0;
    if (kept + size > mostShares) {
      known.clear();
      kept = 0;
    }
    known.set(key, found);
    kept += size;
  }
  return found && { ...found, x: found.x + column, y: found.y + y };
}
