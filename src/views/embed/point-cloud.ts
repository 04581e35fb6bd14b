import { parseColor } from "../../plot/color.ts";
import type { Raster } from "../../plot/raster.ts";
import { classColor } from "./class-color.ts";

/** How much a point covers what is beneath it. */
export const pointOpacity = 0.7;

/**
 * Very many points as one picture: squares of three pixels in the colours of their classes, the later ones on top. It
 * takes the same memory for any number.
 *
 * @param place where the middle of a point is, in pixels
 */
export function pointCloud(
  side: number,
  classes: Int32Array,
  place: (row: number) => { readonly x: number; readonly y: number },
): Raster {
  // bounded: by the side of the map
  const data = new Uint8Array(4 * side * side);
  for (let row = 0; row < classes.length; row++) {
    const { x, y } = place(row);
    const color = parseColor(classColor(classes[row]!));
    const [left, top] = [Math.round(x - 1.5), Math.round(y - 1.5)];
    for (let i = 0; i < 9; i++) {
      const [px, py] = [left + (i % 3), top + Math.floor(i / 3)];
      if (px < 0 || py < 0 || px >= side || py >= side) continue;
      const at = 4 * (py * side + px);
      const under = (data[at + 3]! / 255) * (1 - pointOpacity);
      const all = pointOpacity + under;
      for (let k = 0; k < 3; k++)
        data[at + k] = Math.round((pointOpacity * color[k]! + under * data[at + k]!) / all);
      data[at + 3] = Math.round(255 * all);
    }
  }
  return { width: side, height: side, channels: 4, data };
}
