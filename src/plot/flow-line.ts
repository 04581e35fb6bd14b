import type { Path, PathCommand, Point } from "./path.ts";
import { polyline } from "./path.ts";
import type { Box } from "./picture.ts";

/** A rectangle with round corners. */
export function roundedBox(box: Box, radius: number): Path {
  return [...halfBox(box, radius, -1), ...halfBox(box, radius, 1).slice(1), ["Z"]];
}

/**
 * A rectangle with round corners that goes on above or below: it has no line there.
 *
 * @returns what is to be filled, and what is to be drawn with a pen
 */
export function openBox(
  box: Box,
  radius: number,
  { above, below }: { above: boolean; below: boolean },
): { fill: Path; outline: Path } {
  const top = halfBox(box, above ? 0 : radius, -1);
  const bottom = halfBox(box, below ? 0 : radius, 1);
  // The corners are the inner points of each half: without them only the sides are left.
  const sides = (half: Path, open: boolean): Path =>
    open ? [half[0]!, half[1]!, ["M", ...endOf(half.at(-2)!)], half.at(-1)!] : half;
  return {
    fill: [...top, ...bottom.slice(1), ["Z"]],
    outline: [...sides(top, above), ...sides(bottom, below).slice(1)],
  };
}

const endOf = (command: PathCommand): Point => command.slice(-2) as unknown as Point;

/** Half of an outline, clockwise: the upper one (`side` -1) from the left, the lower one from the right. */
function halfBox({ x, y, width, height }: Box, radius: number, side: 1 | -1): PathCommand[] {
  const r = Math.min(radius, width / 2, height / 2);
  const middle = y + height / 2;
  const end = side < 0 ? y : y + height;
  const [from, to] = side < 0 ? [x, x + width] : [x + width, x];
  return [
    ["M", from, middle],
    ["L", from, end - side * r],
    ["Q", from, end, from - side * r, end],
    ["L", to + side * r, end],
    ["Q", to, end, to, end - side * r],
    ["L", to, middle],
  ];
}

/**
 * A line that runs down through points: straight where two of them lie one above the other, else an
 * S-curve that leaves and arrives upright.
 */
export function flowLine(points: readonly Point[]): PathCommand[] {
  const [first, ...rest] = points;
  const line: PathCommand[] = [["M", ...first!]];
  let [x, y] = first!;
  for (const [nextX, nextY] of rest) {
    const middle = (y + nextY) / 2;
    line.push(
      Math.abs(nextX - x) < 0.5
        ? ["L", nextX, nextY]
        : ["C", x, middle, nextX, middle, nextX, nextY],
    );
    [x, y] = [nextX, nextY];
  }
  return line;
}

/** A line of level and upright pieces through points, its corners rounded. */
export function elbowLine(points: readonly Point[], radius = 10): PathCommand[] {
  const line: PathCommand[] = [["M", ...points[0]!]];
  for (let i = 1; i < points.length - 1; i++) {
    const [before, here, after] = [points[i - 1]!, points[i]!, points[i + 1]!];
    line.push(["L", ...towards(here, before, radius)]);
    line.push(["Q", ...here, ...towards(here, after, radius)]);
  }
  return [...line, ["L", ...points.at(-1)!]];
}

/** The point `reach` pixels from `from` on the way to `to`, at most half of the way. */
function towards(from: Point, to: Point, reach: number): Point {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(dx, dy);
  const share = length === 0 ? 0 : Math.min(reach / length, 0.5);
  return [from[0] + dx * share, from[1] + dy * share];
}

/** The head of an arrow that points down at (x, y). */
export function arrowHead([x, y]: Point, size = 6): Path {
  return polyline(
    [
      [x, y],
      [x - size * 0.6, y - size],
      [x + size * 0.6, y - size],
    ],
    true,
  );
}
