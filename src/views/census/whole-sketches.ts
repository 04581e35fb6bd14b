import type { CensusPart } from "./census-part.ts";
import { type Sketch, mergeAllSketches } from "./sketch.ts";
import { type SketchList, SketchWriter, sketchAt } from "./sketch-list.ts";

/** Summary, words and two tables ask for them. There are no more cells than those of the classes. */
const known = new WeakMap<CensusPart, SketchList>();

/** The distribution of a unit's values over the photos of all classes. */
export function wholeSketch(part: CensusPart, unit: number): Sketch {
  let whole = known.get(part);
  if (!whole) known.set(part, (whole = merged(part)));
  return sketchAt(whole, unit);
}

/** The distributions of a unit's values over the photos of each class. */
export function sketchesOf({ photos, sketches }: CensusPart, unit: number): Sketch[] {
  const classes = photos.length;
  return Array.from({ length: classes }, (_, c) => sketchAt(sketches, unit * classes + c));
}

function merged(part: CensusPart): SketchList {
  const { photos, sketches } = part;
  if (photos.length === 1) return sketches;
  const units = (sketches.starts.length - 1) / photos.length;
  const writer = new SketchWriter(units, sketches.bits, sketches.cells.length);
  for (let unit = 0; unit < units; unit++) {
    const { cells, counts } = mergeAllSketches(sketchesOf(part, unit));
    for (let i = 0; i < cells.length; i++) writer.add(cells[i]!, counts[i]!);
    writer.end();
  }
  return writer.list(sketches.most);
}
