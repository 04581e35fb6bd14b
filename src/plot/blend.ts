import type { Rgb } from "./color.ts";
import type { Coverage, PixelBox } from "./coverage.ts";
import { type Raster, toRgb } from "./raster.ts";

/** An RGB raster of some rows of a picture. */
export interface Canvas extends Raster {
  /** The row of the picture that is the first here. */
  readonly top: number;
}

/** Paints a box of a canvas, which must hold its rows. */
export function fillBox(target: Canvas, box: PixelBox, color: Rgb, opacity: number): void {
  const { data, width, top } = target;
  const [red, green, blue] = color;
  for (let y = box.top - top; y < box.bottom - top; y++) {
    const end = (y * width + box.right) * 3;
    for (let at = (y * width + box.left) * 3; at < end; at += 3)
      blendPixel(data, at, red, green, blue, opacity);
  }
}

/** Paints a colour onto a canvas inside `clip`, as far as a shape covers each pixel. */
export function blendCoverage(
  target: Canvas,
  coverage: Coverage,
  color: Rgb,
  opacity: number,
  clip: PixelBox,
): void {
  const { data, width, top } = target;
  const [red, green, blue] = color;
  const left = Math.max(coverage.x, clip.left);
  const right = Math.min(coverage.x + coverage.width, clip.right);
  const bottom = Math.min(coverage.y + coverage.height, clip.bottom);
  for (let y = Math.max(coverage.y, clip.top); y < bottom; y++) {
    let at = ((y - top) * width + left) * 3;
    const row = (y - coverage.y) * coverage.width - coverage.x;
    for (let i = row + left; i < row + right; i++, at += 3) {
      const share = coverage.shares[i]!;
      if (share > 0) blendPixel(data, at, red, green, blue, share * opacity);
    }
  }
}

/** Lays a raster over a box of a canvas; each pixel of the box takes the one that lies there. */
export function blendRaster(
  target: Canvas,
  source: Raster,
  box: PixelBox,
  clip: PixelBox,
  opacity: number,
): void {
  const left = Math.max(box.left, clip.left);
  const right = Math.min(box.right, clip.right);
  const top = Math.max(box.top, clip.top);
  const bottom = Math.min(box.bottom, clip.bottom);
  if (left >= right || top >= bottom) return;
  const columns = nearest(source.width, box.right - box.left);
  const rows = nearest(source.height, box.bottom - box.top);
  const opaque = opacity >= 1 && source.channels !== 4;
  const { channels, data, palette } = opaque || source.channels === 4 ? source : toRgb(source);
  const first = left - box.left;
  const last = right - box.left;
  const out = target.data;
  const rowBytes = target.width * 3;
  for (let y = top; y < bottom; y++) {
    const row = rows[y - box.top]!;
    let at = (y - target.top) * rowBytes + left * 3;
    // An enlarged row is the one above it.
    if (opaque && y > top && row === rows[y - 1 - box.top]) {
      out.copyWithin(at, at - rowBytes, at - rowBytes + (right - left) * 3);
      continue;
    }
    const from = row * source.width;
    if (opaque && palette) {
      for (let x = first; x < last;) {
        const column = columns[x]!;
        const color = data[from + column]! * 3;
        const red = palette[color]!;
        const green = palette[color + 1]!;
        const blue = palette[color + 2]!;
        // Enlarged, a pixel is several.
        do {
          out[at] = red;
          out[at + 1] = green;
          out[at + 2] = blue;
          at += 3;
          x++;
        } while (x < last && columns[x] === column);
      }
      continue;
    }
    if (opaque) {
      // A grey pixel is its byte three times over.
      const step = channels === 1 ? 0 : 1;
      for (let x = first; x < last; x++, at += 3) {
        const source = (from + columns[x]!) * channels;
        out[at] = data[source]!;
        out[at + 1] = data[source + step]!;
        out[at + 2] = data[source + step + step]!;
      }
      continue;
    }
    for (let x = first; x < last; x++, at += 3) {
      const pixel = (from + columns[x]!) * channels;
      const share = channels === 4 ? (opacity * data[pixel + 3]!) / 255 : opacity;
      blendPixel(out, at, data[pixel]!, data[pixel + 1]!, data[pixel + 2]!, share);
    }
  }
}

/** The last two: the columns and rows of the cells of one sheet are all alike. */
const lastNearest: { from: number; to: number; under: Int32Array }[] = [];

/** For each of `to` pixels, the one of `from` pixels under its centre. */
function nearest(from: number, to: number): Int32Array {
  for (const last of lastNearest) if (last.from === from && last.to === to) return last.under;
  const under = new Int32Array(to);
  for (let i = 0; i < to; i++) under[i] = Math.floor(((i + 0.5) * from) / to);
  lastNearest.unshift({ from, to, under });
  lastNearest.length = Math.min(lastNearest.length, 2);
  return under;
}

function blendPixel(
  data: Uint8Array,
  at: number,
  red: number,
  green: number,
  blue: number,
  share: number,
): void {
  if (share >= 1) {
    data[at] = red;
    data[at + 1] = green;
    data[at + 2] = blue;
    return;
  }
  const r = data[at]!;
  const g = data[at + 1]!;
  const b = data[at + 2]!;
  data[at] = r + (red - r) * share + 0.5;
  data[at + 1] = g + (green - g) * share + 0.5;
  data[at + 2] = b + (blue - b) * share + 0.5;
}
