import { lumaOf } from "../../src/data/pictures/image.ts";
import type { Mark, Picture } from "../../src/plot/picture.ts";
import { toRgb } from "../../src/plot/raster.ts";
import { rasterize } from "../../src/plot/rasterize.ts";

/** Pixels a side. */
const side = 48;

/**
 * What is kept of a picture to know it again: its size, how many marks of each kind, and a small grey
 * image, of which engines and processors change a level or two.
 */
export interface Thumbnail {
  readonly size: readonly [width: number, height: number];
  readonly marks: Readonly<Record<string, number>>;
  /** `side * side` bytes in base64. */
  readonly grey: string;
}

export function thumbnailOf(picture: Picture): Thumbnail {
  const raster = toRgb(rasterize(picture));
  const { width, height } = raster;
  const luma = lumaOf({ width, height, data: raster.data });
  const grey = averaged(luma, width, height);
  const marks: Record<string, number> = {};
  countMarks(picture.marks, marks);
  return {
    size: [Math.round(picture.width), Math.round(picture.height)],
    marks,
    grey: Buffer.from(Uint8Array.from(grey, Math.round)).toString("base64"),
  };
}

/** The mean of each of `side * side` cells. */
function averaged(luma: ArrayLike<number>, width: number, height: number): Float32Array {
  const sums = new Float32Array(side * side);
  const counts = new Float32Array(side * side);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++) {
      const cell = Math.floor((y * side) / height) * side + Math.floor((x * side) / width);
      sums[cell]! += luma[at]!;
      counts[cell]!++;
    }
  return sums.map((sum, i) => (counts[i]! > 0 ? sum / counts[i]! : 255));
}

function countMarks(marks: readonly Mark[], counts: Record<string, number>): void {
  for (const mark of marks) {
    counts[mark.kind] = (counts[mark.kind] ?? 0) + 1;
    if (mark.kind === "group") countMarks(mark.marks, counts);
  }
}

/** The largest difference of two thumbnails in levels of 255. */
export function greyDifference(a: Thumbnail, b: Thumbnail): number {
  const [one, other] = [Buffer.from(a.grey, "base64"), Buffer.from(b.grey, "base64")];
  return one.reduce((worst, value, i) => Math.max(worst, Math.abs(value - other[i]!)), 0);
}
