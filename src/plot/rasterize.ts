import { StriateError } from "../base/errors.ts";
import { type Canvas, blendCoverage, blendRaster, fillBox } from "./blend.ts";
import { parseColor } from "./color.ts";
import { type Coverage, type PixelBox, coverageOf } from "./coverage.ts";
import { flatten } from "./path.ts";
import type {
  GroupMark,
  ImageMark,
  Mark,
  PathMark,
  Picture,
  RectMark,
  TextMark,
} from "./picture.ts";
import { type Raster, filledRaster } from "./raster.ts";
import { resizeSmooth } from "./resize.ts";
import { strokeOutline } from "./stroke.ts";
import { textCoverage } from "./text-coverage.ts";
import { type ForeignPiece, foreignPieces, placeText, textRuns } from "./text-outline.ts";

/** Text as pixels with opacity, and where their upper left corner goes. */
export interface PlacedRaster {
  readonly raster: Raster;
  readonly x: number;
  readonly y: number;
}

export interface RasterizeOptions {
  /** Pixels of the result per pixel of the picture; 1 by default, 2 for fine screens. */
  readonly scale?: number;
  /**
   * Draws characters that the bundled typeface lacks, for instance with the system's fonts. Without
   * it, or where it returns nothing, such a character is a box with its code point in it.
   */
  readonly foreignText?: (piece: ForeignPiece) => PlacedRaster | undefined;
}

/** The most pixels a picture may have: 400 million, 1.2 GB. */
const pixelLimit = 400e6;

/**
 * Draws a picture into RGB pixels. The same picture gives the same bytes on every machine.
 *
 * @throws StriateError when the picture has no pixels or too many
 */
export function rasterize(picture: Picture, options: RasterizeOptions = {}): Raster {
  return rasterizeStrips(picture, { ...options, stripBytes: Infinity }).next().value!;
}

/**
 * {@link rasterize} a strip of rows at a time, so that a large picture needs no more memory than a small
 * one. A strip is good until the next one is asked for.
 *
 * @param options.stripBytes how large a strip may be, if it has more than one row
 */
export function* rasterizeStrips(
  picture: Picture,
  options: RasterizeOptions & { readonly stripBytes: number },
): Generator<Raster, undefined> {
  const { scale = 1, foreignText, stripBytes } = options;
  const { width, height } = rasterSize(picture, scale);
  const rows = Math.min(Math.max(Math.floor(stripBytes / (width * 3)), 1), height);
  const memory = new Uint8Array(width * rows * 3);
  const whole = { left: 0, top: 0, right: width, bottom: height };
  const strips = Array.from({ length: Math.ceil(height / rows) }, (): PlacedMark[] => []);
  for (const placed of placeMarks(picture.marks, { scale, x: 0, y: 0, clip: whole })) {
    const first = Math.max(0, Math.floor(placed.top / rows));
    const last = Math.min(strips.length - 1, Math.floor(placed.bottom / rows));
    for (let i = first; i <= last; i++) strips[i]!.push(placed);
  }
  for (const [i, marks] of strips.entries()) {
    const top = i * rows;
    const bottom = Math.min(top + rows, height);
    const size = width * (bottom - top) * 3;
    const paper = filledRaster(width, bottom - top, picture.background, memory.subarray(0, size));
    const strip = { ...whole, top, bottom };
    const target = { ...paper, top };
    // Each mark's pen is written out: a spread is many times as slow, and there are a hundred thousand marks.
    for (const { mark, pen } of marks) {
      const { x, y } = pen;
      const clip = intersect(pen.clip, strip);
      drawMark({ scale, x, y, clip, target, foreignText }, mark);
    }
    yield paper;
  }
}

/** Pixels of a picture's raster. @throws StriateError when there are none or too many */
export function rasterSize(picture: Picture, scale = 1): { width: number; height: number } {
  const width = Math.round(picture.width * scale);
  const height = Math.round(picture.height * scale);
  if (!(width >= 1 && height >= 1 && width * height <= pixelLimit))
    throw new StriateError(
      `a picture of ${width}x${height} pixels cannot be drawn: the limit is ${pixelLimit / 1e6} million pixels; draw fewer or smaller parts`,
    );
  return { width, height };
}

/** Where marks go: coordinates of a mark times `scale`, plus (x, y), inside `clip`. */
interface Place {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
  readonly clip: PixelBox;
}

interface Pen extends Place {
  readonly target: Canvas;
  readonly foreignText: RasterizeOptions["foreignText"];
}

type Leaf = Exclude<Mark, GroupMark>;

/** A mark out of its groups, and between which rows it lies at the most. */
interface PlacedMark {
  readonly mark: Leaf;
  readonly pen: Place;
  readonly top: number;
  readonly bottom: number;
}

/**
 * Takes the marks out of their groups, in order. A picture of thousands of cells is drawn in dozens of
 * strips: each strip then looks at its own marks only.
 */
function placeMarks(marks: readonly Mark[], pen: Place): PlacedMark[] {
  const placed: PlacedMark[] = [];
  const walk = (mark: Mark, at: Place): void => {
    if (mark.kind !== "group") {
      const rows = rowsOf(mark, at);
      const top = Math.max(rows.top, at.clip.top);
      const bottom = Math.min(rows.bottom, at.clip.bottom);
      if (bottom >= top) placed.push({ mark, pen: at, top, bottom });
      return;
    }
    const { scale } = at;
    const x = at.x + mark.x * scale;
    const y = at.y + mark.y * scale;
    const clip = mark.clip
      ? intersect(at.clip, boxOf(x, y, mark.clip.width * scale, mark.clip.height * scale))
      : at.clip;
    const inner = { scale, x, y, clip };
    for (const child of mark.marks) walk(child, inner);
  };
  for (const mark of marks) walk(mark, pen);
  return placed;
}

/** Rows that a mark does not reach beyond. */
function rowsOf(mark: Leaf, { y, scale }: Place): { top: number; bottom: number } {
  switch (mark.kind) {
    case "image":
    case "rect":
      return { top: y + mark.y * scale - 1, bottom: y + (mark.y + mark.height) * scale + 1 };
    case "text": {
      // Accents and all; turned text may go anywhere.
      if (mark.angle) return { top: -Infinity, bottom: Infinity };
      const [baseline, size] = [y + mark.y * scale, mark.size * scale];
      return { top: baseline - 2 * size, bottom: baseline + size };
    }
    case "path": {
      let [top, bottom] = [Infinity, -Infinity];
      for (const [, ...numbers] of mark.path)
        for (let i = 1; i < numbers.length; i += 2) {
          top = Math.min(top, numbers[i]!);
          bottom = Math.max(bottom, numbers[i]!);
        }
      // A pen reaches beyond its line, at a sharp corner by several times its width.
      const reach = (mark.stroke ? 10 * (mark.strokeWidth ?? 1) : 0) + 1;
      return { top: y + (top - reach) * scale, bottom: y + (bottom + reach) * scale };
    }
  }
}

function drawMark(pen: Pen, mark: Leaf): void {
  switch (mark.kind) {
    case "image":
      return drawImage(pen, mark);
    case "rect":
      return drawRect(pen, mark);
    case "path":
      return drawPath(pen, mark);
    case "text":
      return drawText(pen, mark);
  }
}

function drawImage(pen: Pen, mark: ImageMark): void {
  const x = pen.x + mark.x * pen.scale;
  const y = pen.y + mark.y * pen.scale;
  const box = boxOf(x, y, mark.width * pen.scale, mark.height * pen.scale);
  const width = box.right - box.left;
  const height = box.bottom - box.top;
  if (width < 1 || height < 1) return;
  const { raster } = mark;
  const fits = raster.width === width && raster.height === height;
  const source = mark.smooth && !fits ? resizeSmooth(raster, width, height) : raster;
  blendRaster(pen.target, source, box, pen.clip, mark.opacity ?? 1);
}

function drawRect(pen: Pen, mark: RectMark): void {
  const x = pen.x + mark.x * pen.scale;
  const y = pen.y + mark.y * pen.scale;
  const width = mark.width * pen.scale;
  const height = mark.height * pen.scale;
  const color = parseColor(mark.fill);
  const opacity = mark.opacity ?? 1;
  if ([x, y, width, height].every(Number.isInteger)) {
    fillBox(pen.target, intersect(pen.clip, boxOf(x, y, width, height)), color, opacity);
    return;
  }
  const points = [x, y, x + width, y, x + width, y + height, x, y + height];
  const coverage = coverageOf([{ points, closed: true }], pen.clip);
  if (coverage) blendCoverage(pen.target, coverage, color, opacity, pen.clip);
}

function drawPath(pen: Pen, mark: PathMark): void {
  const runs = flatten(mark.path, pen.scale, pen.x, pen.y);
  const opacity = mark.opacity ?? 1;
  if (mark.fill) {
    const coverage = coverageOf(runs, pen.clip);
    if (coverage) blendCoverage(pen.target, coverage, parseColor(mark.fill), opacity, pen.clip);
  }
  if (mark.stroke) {
    const width = (mark.strokeWidth ?? 1) * pen.scale;
    const dash = mark.dash?.map((length) => length * pen.scale);
    const outlines = runs.flatMap((run) => strokeOutline(run, width, dash));
    const coverage = coverageOf(outlines, pen.clip);
    if (coverage) blendCoverage(pen.target, coverage, parseColor(mark.stroke), opacity, pen.clip);
  }
}

function drawText(pen: Pen, mark: TextMark): void {
  const x = pen.x + mark.x * pen.scale;
  const y = pen.y + mark.y * pen.scale;
  const size = mark.size * pen.scale;
  const coverage =
    mark.angle || pen.foreignText
      ? turnedOrForeign(pen, { ...mark, x, y, size })
      : textCoverage(mark, x, y, size);
  if (coverage) blendCoverage(pen.target, coverage, parseColor(mark.fill), 1, pen.clip);
}

/** What a text covers that is turned or may have foreign characters; those that the system's fonts have are drawn. */
function turnedOrForeign(pen: Pen, mark: TextMark): Coverage | undefined {
  const text = placeText(mark);
  const foreign = pen.foreignText ? foreignPieces(text) : [];
  if (!mark.angle && foreign.length === 0) return textCoverage(mark, mark.x, mark.y, mark.size);
  const done = new Set<number>();
  for (const piece of foreign) {
    const drawn = pen.foreignText!(piece);
    if (!drawn) continue;
    const { raster, x, y } = drawn;
    blendRaster(pen.target, raster, boxOf(x, y, raster.width, raster.height), pen.clip, 1);
    for (let i = piece.first; i <= piece.last; i++) done.add(i);
  }
  return coverageOf(textRuns(text, done), pen.clip);
}

function boxOf(x: number, y: number, width: number, height: number): PixelBox {
  return {
    left: Math.round(x),
    top: Math.round(y),
    right: Math.round(x + width),
    bottom: Math.round(y + height),
  };
}

function intersect(a: PixelBox, b: PixelBox): PixelBox {
  return {
    left: Math.max(a.left, b.left),
    top: Math.max(a.top, b.top),
    right: Math.min(a.right, b.right),
    bottom: Math.min(a.bottom, b.bottom),
  };
}
