import type { PlacedRaster } from "../plot/rasterize.ts";
import type { ForeignPiece } from "../plot/text-outline.ts";

/**
 * Draws characters that the bundled typeface lacks with the browser's fonts, squeezed to the room that
 * was kept for them; nothing where there is no canvas.
 */
export function foreignText({ mark, width }: ForeignPiece): PlacedRaster | undefined {
  const { x, y, size, fill, weight, angle = 0 } = mark;
  if (!(width > 0) || width > 4096 || typeof OffscreenCanvas === "undefined") return undefined;
  // The text starts in the middle of its canvas, with room on all sides to turn about that point.
  const reach = Math.ceil(width + 2 * size);
  const left = Math.floor(x) - reach;
  const top = Math.floor(y) - reach;
  const context = new OffscreenCanvas(2 * reach, 2 * reach).getContext("2d")!;
  context.font = `${weight === "bold" ? 600 : 400} ${size}px sans-serif`;
  context.fillStyle = fill;
  context.translate(x - left, y - top);
  context.rotate((angle * Math.PI) / 180);
  context.scale(width / context.measureText(mark.text).width, 1);
  context.fillText(mark.text, 0, 0);
  const { data } = context.getImageData(0, 0, 2 * reach, 2 * reach);
  const raster = {
    width: 2 * reach,
    height: 2 * reach,
    channels: 4 as const,
    data: new Uint8Array(data.buffer),
  };
  return { raster, x: left, y: top };
}
