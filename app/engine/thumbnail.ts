import type { Image } from "striate";

/** Pixels along the longer side of a photo as the page shows it. */
const longest = 768;

/** A photo as bytes of red, green, blue and opacity, averaged to a size that a page needs. */
export function thumbnail({ width, height, data }: Image, most = longest) {
  const shrink = Math.max(1, Math.max(width, height) / most);
  const [w, h] = [
    Math.max(1, Math.round(width / shrink)),
    Math.max(1, Math.round(height / shrink)),
  ];
  const rgba = new Uint8Array(w * h * 4);
  const columns = Array.from({ length: w }, (_, x) => span(x, width / w, width));
  let to = 0;
  for (let y = 0; y < h; y++) {
    const [top, bottom] = span(y, height / h, height);
    for (const [left, right] of columns) {
      let [red, green, blue] = [0, 0, 0];
      for (let v = top; v < bottom; v++)
        for (let at = (v * width + left) * 3; at < (v * width + right) * 3; at += 3) {
          red += data[at]!;
          green += data[at + 1]!;
          blue += data[at + 2]!;
        }
      const count = (bottom - top) * (right - left);
      rgba[to++] = red / count;
      rgba[to++] = green / count;
      rgba[to++] = blue / count;
      rgba[to++] = 255;
    }
  }
  return { width: w, height: h, rgba: new Uint8ClampedArray(rgba.buffer) };
}

function span(i: number, step: number, length: number): [number, number] {
  const from = Math.min(length - 1, Math.floor(i * step));
  return [from, Math.max(from + 1, Math.min(length, Math.floor((i + 1) * step)))];
}
