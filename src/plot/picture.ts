import type { Color } from "./color.ts";
import type { FontWeight } from "./font/font.ts";
import type { Path } from "./path.ts";
import type { Raster } from "./raster.ts";

/**
 * A drawing as plain data: what is where, in pixels from the upper left corner, later marks over
 * earlier ones. {@link rasterize} makes pixels of it, {@link toSvg} makes text.
 */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** The paper. */
  readonly background: Color;
  /** A name for it, read aloud by a screen reader. */
  readonly title?: string;
  /** What can be seen on it, in sentences: the caption. */
  readonly description?: string;
  /** Where the drawing itself lies, without its heading; the whole when left out. */
  readonly body?: Box;
  readonly marks: readonly Mark[];
}

/** A rectangle in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type Mark = ImageMark | RectMark | PathMark | TextMark | GroupMark;

/** Pixels, stretched over a rectangle. */
export interface ImageMark extends Box {
  readonly kind: "image";
  readonly raster: Raster;
  /** Between pixels: `false` keeps each one a block (the default), `true` lets them run together. */
  readonly smooth?: boolean;
  /** 0 to 1. */
  readonly opacity?: number;
}

/** A filled rectangle. */
export interface RectMark extends Box {
  readonly kind: "rect";
  readonly fill: Color;
  readonly opacity?: number;
}

/** Lines and curves, filled (non-zero winding), drawn with a pen, or both. */
export interface PathMark {
  readonly kind: "path";
  readonly path: Path;
  readonly fill?: Color;
  readonly stroke?: Color;
  /** Of the pen, in pixels; 1 by default. */
  readonly strokeWidth?: number;
  /** Lengths of strokes and gaps in turn. */
  readonly dash?: readonly number[];
  readonly opacity?: number;
}

/** One line of text. */
export interface TextMark {
  readonly kind: "text";
  /** Where the text starts, has its middle or ends, by `anchor`. */
  readonly x: number;
  /** The baseline. */
  readonly y: number;
  readonly text: string;
  /** Pixels an em. */
  readonly size: number;
  readonly fill: Color;
  readonly weight?: FontWeight;
  readonly anchor?: "start" | "middle" | "end";
  /** Degrees, clockwise about (x, y). */
  readonly angle?: number;
}

/** Marks that belong together, moved by (x, y). */
export interface GroupMark {
  readonly kind: "group";
  readonly x: number;
  readonly y: number;
  readonly marks: readonly Mark[];
  /** What is outside this rectangle from (0, 0) of the group on is not drawn. */
  readonly clip?: { readonly width: number; readonly height: number };
  /** Shown when the pointer rests on it, in SVG. */
  readonly title?: string;
}
