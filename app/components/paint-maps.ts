/** Where a map is painted on a canvas, in its pixels, and the values of the first and the last colour. */
export interface Tile {
  readonly channel: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly low: number;
  readonly high: number;
}

export interface Planes {
  readonly values: ArrayLike<number>;
  readonly width: number;
  readonly height: number;
}

/** `#ff00e6`, which no colormap holds: a value that is no finite number. */
export const notFinite = 0xffe600ff;

/** 256 colours as the pixels of a canvas, from the red, green and blue bytes of a colormap. */
export function canvasColors(table: Uint8Array): Uint32Array {
  const colors = new Uint8ClampedArray(256 * 4).fill(255);
  for (let i = 0; i < 256; i++) colors.set(table.subarray(i * 3, i * 3 + 3), i * 4);
  return new Uint32Array(colors.buffer);
}

/**
 * Paints maps in colours. A map that is drawn smaller than it is gets the mean of the values under each
 * pixel; one that is drawn larger stands in blocks, so that each value can be told apart.
 */
export function paintMaps(
  pixels: Uint32Array,
  across: number,
  planes: Planes,
  tiles: readonly Tile[],
  colors: Uint32Array,
): void {
  for (const tile of tiles) {
    const columns = edges(planes.width, tile.width);
    const rows = edges(planes.height, tile.height);
    const start = tile.channel * planes.width * planes.height;
    const step = tile.high > tile.low ? 255.999 / (tile.high - tile.low) : 0;
    for (let y = 0; y < tile.height; y++) {
      const target = (tile.y + y) * across + tile.x;
      if (tile.y + y < 0 || target >= pixels.length) continue;
      const [top, bottom] = [rows[2 * y]!, rows[2 * y + 1]!];
      // A row of the same values as the one above it.
      if (y > 0 && tile.y + y > 0 && rows[2 * y - 2] === top && rows[2 * y - 1] === bottom) {
        pixels.copyWithin(target, target - across, target - across + tile.width);
        continue;
      }
      for (let x = 0; x < tile.width; x++) {
        const [left, right] = [columns[2 * x]!, columns[2 * x + 1]!];
        let sum = 0;
        for (let v = top; v < bottom; v++) {
          const row = start + v * planes.width;
          for (let u = left; u < right; u++) sum += planes.values[row + u]!;
        }
        const mean = sum / ((bottom - top) * (right - left));
        const index = (mean - tile.low) * step;
        pixels[target + x] =
          mean - mean === 0 ? colors[index > 255 ? 255 : index > 0 ? index | 0 : 0]! : notFinite;
      }
    }
  }
}

/** From which to which element each of `count` pixels shows of `length` elements. */
function edges(length: number, count: number): Int32Array {
  const found = new Int32Array(2 * count);
  for (let i = 0; i < count; i++) {
    const from = Math.min(length - 1, Math.floor((i * length) / count));
    found[2 * i] = from;
    found[2 * i + 1] = Math.max(from + 1, Math.floor(((i + 1) * length) / count));
  }
  return found;
}
