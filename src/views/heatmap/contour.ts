import { type Affine, moved } from "../../base/affine.ts";
import type { Path, PathCommand } from "../../plot/path.ts";
import type { Heatmap } from "./heatmap.ts";

/**
 * Lines where a heatmap has the value `level`, by marching squares between the centres of its values.
 *
 * @param place from the heatmap's own pixels to the drawing's
 */
export function contour(heatmap: Heatmap, level: number, place: Affine): Path {
  const { values, width, height } = heatmap;
  const lines: PathCommand[] = [];
  const point = (x: number, y: number) => moved(place, x + 0.5, y + 0.5);
  const at = (x: number, y: number) => values[y * width + x]!;
  /** Where between two neighbours the level is crossed, as a share of the way. */
  const crossing = (from: number, to: number) => (level - from) / (to - from);
  for (let y = 0; y + 1 < height; y++)
    for (let x = 0; x + 1 < width; x++) {
      const corners = [at(x, y), at(x + 1, y), at(x + 1, y + 1), at(x, y + 1)] as const;
      if (!corners.every(Number.isFinite)) continue;
      const [a, b, c, d] = corners;
      const crossed: [number, number][] = [];
      if (a < level !== b < level) crossed.push(point(x + crossing(a, b), y));
      if (b < level !== c < level) crossed.push(point(x + 1, y + crossing(b, c)));
      if (c < level !== d < level) crossed.push(point(x + 1 - crossing(c, d), y + 1));
      if (d < level !== a < level) crossed.push(point(x, y + 1 - crossing(d, a)));
      // A saddle is crossed four times; its middle says which corners belong together.
      const turned = crossed.length === 4 && (a + b + c + d) / 4 < level === a < level;
      const order = turned ? [0, 1, 2, 3] : [0, 3, 1, 2];
      const pairs = crossed.length === 4 ? order.map((i) => crossed[i]!) : crossed;
      for (let i = 0; i + 1 < pairs.length; i += 2)
        lines.push(["M", ...pairs[i]!], ["L", ...pairs[i + 1]!]);
    }
  return lines;
}
