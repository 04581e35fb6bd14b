import type { Run } from "./path.ts";

/** How much of each pixel of a rectangle a shape covers. */
export interface Coverage {
  /** Left and upper edge of the rectangle, in pixels of the picture. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** `width * height` shares, 0 to 1. */
  readonly shares: Float32Array;
}

/** A rectangle of whole pixels: from (left, top) up to, not including, (right, bottom). */
export interface PixelBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/**
 * The share of each pixel inside `clip` that closed runs of lines cover. Every run is closed, and
 * the fill rule is non-zero: runs that turn the same way unite, one that turns the other way cuts a
 * hole.
 *
 * Each edge adds, in every row it crosses, the signed area between itself and the right-hand end of
 * the row; the running sum along the row is then the covered area, exact for straight edges. (The
 * method of the font-rs and stb_truetype rasterizers.) Where shapes that turn the same way overlap,
 * the sum passes 1 and is cut there.
 */
export function coverageOf(runs: readonly Run[], clip: PixelBox): Coverage | undefined {
  let left = Infinity;
  let top = Infinity;
  let right = -Infinity;
  let bottom = -Infinity;
  for (const { points } of runs)
    for (let i = 0; i < points.length; i += 2) {
      left = Math.min(left, points[i]!);
      right = Math.max(right, points[i]!);
      top = Math.min(top, points[i + 1]!);
      bottom = Math.max(bottom, points[i + 1]!);
    }
  const x = Math.max(clip.left, Math.floor(left));
  const y = Math.max(clip.top, Math.floor(top));
  const width = Math.min(clip.right, Math.ceil(right)) - x;
  const height = Math.min(clip.bottom, Math.ceil(bottom)) - y;
  if (!(width > 0 && height > 0)) return undefined;

  const stride = width + 2;
  const areas = new Float32Array(stride * height);
  for (const { points } of runs) {
    const last = points.length - 2;
    for (let i = 0, from = last; i <= last; from = i, i += 2)
      addEdge(
        areas,
        stride,
        height,
        points[from]! - x,
        points[from + 1]! - y,
        points[i]! - x,
        points[i + 1]! - y,
      );
  }

  const shares = new Float32Array(width * height);
  for (let row = 0; row < height; row++) {
    let sum = 0;
    for (let column = 0; column < width; column++) {
      sum += areas[row * stride + column]!;
      const share = Math.abs(sum);
      shares[row * width + column] = share > 1 ? 1 : share;
    }
  }
  return { x, y, width, height, shares };
}

function addEdge(
  areas: Float32Array,
  stride: number,
  height: number,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
): void {
  if (y0 === y1) return;
  const sign = y0 < y1 ? 1 : -1;
  const [topX, topY, endX, endY] = y0 < y1 ? [x0, y0, x1, y1] : [x1, y1, x0, y0];
  const slope = (endX - topX) / (endY - topY);
  const width = stride - 2;
  const lastRow = Math.min(height, Math.ceil(endY));
  for (let row = Math.max(0, Math.floor(topY)); row < lastRow; row++) {
    const from = Math.max(topY, row);
    const to = Math.min(endY, row + 1);
    const tall = sign * (to - from);
    // What lies left of the rectangle covers whole rows of it, what lies right of it nothing.
    const a = Math.min(Math.max(topX + slope * (from - topY), 0), width);
    const b = Math.min(Math.max(topX + slope * (to - topY), 0), width);
    const near = Math.min(a, b);
    const far = Math.max(a, b);
    const base = row * stride;
    const perPixel = far > near ? tall / (far - near) : 0;
    // Pixel by pixel: the area to the right of the edge here, the rest of the rise to the next pixel.
    let enter = near;
    let column = Math.floor(near);
    do {
      const leave = Math.min(far, column + 1);
      const rise = perPixel === 0 ? tall : perPixel * (leave - enter);
      const inside = rise * (column + 1 - (enter + leave) / 2);
      areas[base + column]! += inside;
      areas[base + column + 1]! += rise - inside;
      enter = leave;
      column++;
    } while (column < far);
  }
}
