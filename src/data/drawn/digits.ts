import type { Random } from "../../base/random.ts";
import { type DrawnSetOptions, openDrawnSet } from "./drawn-set.ts";
import type { ImageSet } from "../examples/image-set.ts";

type Point = readonly [x: number, y: number];
type Stroke = readonly Point[];

/** A part of an ellipse, from one angle to another in degrees, clockwise from the right. */
function arc(x: number, y: number, rx: number, ry: number, from: number, to: number): Point[] {
  const steps = Math.ceil(Math.abs(to - from) / 30);
  return Array.from({ length: steps + 1 }, (_, i) => {
    const angle = ((from + ((to - from) * i) / steps) * Math.PI) / 180;
    return [x + rx * Math.cos(angle), y + ry * Math.sin(angle)] as const;
  });
}

/** How each digit is written, in a square of 1 around (0, 0), y downwards. */
const digits: readonly (readonly Stroke[])[] = [
  [arc(0, 0, 0.26, 0.42, -90, 270)],
  [
    [
      [-0.16, -0.26],
      [0.04, -0.42],
      [0.04, 0.42],
    ],
  ],
  [[...arc(0, -0.18, 0.25, 0.24, 190, 390), [-0.27, 0.42], [0.29, 0.42]]],
  [[...arc(-0.02, -0.21, 0.24, 0.21, 200, 450), ...arc(-0.02, 0.2, 0.27, 0.22, -90, 160)]],
  [
    [
      [0.1, -0.42],
      [-0.28, 0.14],
      [0.3, 0.14],
    ],
    [
      [0.12, -0.12],
      [0.12, 0.42],
    ],
  ],
  [[[0.24, -0.42], [-0.2, -0.42], [-0.24, -0.04], ...arc(-0.02, 0.15, 0.27, 0.27, 230, 510)]],
  [[[0.16, -0.42], [-0.14, -0.14], ...arc(0, 0.17, 0.25, 0.25, 200, 560)]],
  [
    [
      [-0.28, -0.42],
      [0.28, -0.42],
      [-0.06, 0.42],
    ],
  ],
  [arc(0, -0.21, 0.2, 0.21, 90, 450), arc(0, 0.21, 0.25, 0.21, -90, 270)],
  [[...arc(0, -0.17, 0.25, 0.25, 20, -340), [0.1, 0.42]]],
];

/**
 * Ten digits as if by hand, white on black as in MNIST: slanted, turned, shifted, with strokes of any width and
 * unsteady lines. To learn by what everybody learns by, without a download.
 */
export const openDigits = ({
  size = [28, 28],
  channels = 1,
  count = 4000,
  seed = 1,
}: DrawnSetOptions = {}): ImageSet =>
  openDrawnSet(
    { name: "digits", classNames: digits.map((_, digit) => String(digit)), draw: drawDigit },
    { size, channels, count, seed },
  );

/** Draws one digit: RGB bytes, row by row. */
export function drawDigit(
  digit: number,
  [height, width]: readonly [number, number],
  random: Random,
): Uint8Array {
  const side = Math.min(height, width);
  const [scaleX, scaleY] = [side * random.uniform(0.6, 0.95), side * random.uniform(0.65, 0.95)];
  const [slant, turn] = [random.uniform(-0.1, 0.35), random.uniform(-0.2, 0.2)];
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const [left, top] = [
    width / 2 + side * random.uniform(-0.06, 0.06),
    height / 2 + side * random.uniform(-0.06, 0.06),
  ];
  const shake = () => random.uniform(-0.025, 0.025);
  const placed = ([x, y]: Point): Point => {
    const [u, v] = [(x - slant * y + shake()) * scaleX, (y + shake()) * scaleY];
    return [left + u * cos - v * sin, top + u * sin + v * cos];
  };
  const strokes = digits[digit]!.map((stroke) => stroke.map(placed));
  const half = (side * random.uniform(0.06, 0.13)) / 2;
  const out = new Uint8ClampedArray(height * width * 3);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at += 3) {
      const apart = distanceTo(strokes, x + 0.5, y + 0.5);
      // The share of the pixel that the stroke covers, by the distance of its centre from the edge.
      const cover = Math.min(1, Math.max(0, 0.5 + half - apart));
      out.fill(255 * cover + random.uniform(-6, 6), at, at + 3);
    }
  return new Uint8Array(out.buffer);
}

/** The distance of a point from the nearest line. */
function distanceTo(strokes: readonly Stroke[], x: number, y: number): number {
  let nearest = Infinity;
  for (const stroke of strokes)
    for (let i = 1; i < stroke.length; i++) {
      const [[ax, ay], [bx, by]] = [stroke[i - 1]!, stroke[i]!];
      const [dx, dy] = [bx - ax, by - ay];
      const length = dx * dx + dy * dy;
      const along = length === 0 ? 0 : ((x - ax) * dx + (y - ay) * dy) / length;
      const t = Math.min(1, Math.max(0, along));
      nearest = Math.min(nearest, Math.hypot(x - ax - t * dx, y - ay - t * dy));
    }
  return nearest;
}
