import type { Block } from "../plot/page.ts";
import type { Raster } from "../plot/raster.ts";

/** Pixels as a part of a page. */
export function framed(raster: Raster): Block {
  const { width, height } = raster;
  return { width, height, marks: [{ kind: "image", x: 0, y: 0, width, height, raster }] };
}
