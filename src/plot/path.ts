/** One stroke of the pen, in pixels: as in SVG's path data, absolute. */
export type PathCommand =
  | readonly ["M", x: number, y: number]
  | readonly ["L", x: number, y: number]
  | readonly ["Q", x1: number, y1: number, x: number, y: number]
  | readonly ["C", x1: number, y1: number, x2: number, y2: number, x: number, y: number]
  | readonly ["Z"];

export type Path = readonly PathCommand[];

/** A point in pixels. */
export type Point = readonly [x: number, y: number];

/** Straight lines from point to point. */
export function polyline(points: readonly Point[], closed = false): Path {
  const lines: PathCommand[] = points.map(([x, y], i) => [i === 0 ? "M" : "L", x, y]);
  return closed ? [...lines, ["Z"]] : lines;
}

/** A circle of four cubic curves; they miss a true one by 0.03 % of the radius. */
export function circle(x: number, y: number, radius: number): Path {
  const k = radius * 0.5522847498;
  const r = radius;
  return [
    ["M", x + r, y],
    ["C", x + r, y + k, x + k, y + r, x, y + r],
    ["C", x - k, y + r, x - r, y + k, x - r, y],
    ["C", x - r, y - k, x - k, y - r, x, y - r],
    ["C", x + k, y - r, x + r, y - k, x + r, y],
    ["Z"],
  ];
}

/** Parallel lines, `gap` pixels apart, at 45 degrees ("/") through a rectangle. */
export function hatching(
  x: number,
  y: number,
  width: number,
  height: number,
  gap: number,
): PathCommand[] {
  const lines: PathCommand[] = [];
  // Line number d holds the points with (px - x) + (py - y) = d.
  for (let d = gap / 2; d < width + height; d += gap) {
    const right = Math.min(d, width);
    const left = Math.max(0, d - height);
    lines.push(["M", x + right, y + d - right], ["L", x + left, y + d - left]);
  }
  return lines;
}

/** A run of straight lines; whether it returns to its start. */
export interface Run {
  /** x, y, x, y, ... */
  readonly points: number[];
  readonly closed: boolean;
}

/** The path as runs of straight lines that leave the curves by at most 0.02 pixel. */
export function flatten(path: Path, scale = 1, dx = 0, dy = 0): Run[] {
  const runs: Run[] = [];
  let points: number[] = [];
  const end = (closed: boolean) => {
    if (points.length > 2) runs.push({ points, closed });
    points = [];
  };
  let x = 0;
  let y = 0;
  const px = (value: number) => value * scale + dx;
  const py = (value: number) => value * scale + dy;
  for (const command of path) {
    switch (command[0]) {
      case "M":
        end(false);
        points.push((x = px(command[1])), (y = py(command[2])));
        break;
      case "L":
        points.push((x = px(command[1])), (y = py(command[2])));
        break;
      case "Q": {
        const [, x1, y1, x2, y2] = command;
        quadratic(points, x, y, px(x1), py(y1), (x = px(x2)), (y = py(y2)));
        break;
      }
      case "C": {
        const [, x1, y1, x2, y2, x3, y3] = command;
        cubic(points, x, y, px(x1), py(y1), px(x2), py(y2), (x = px(x3)), (y = py(y3)));
        break;
      }
      case "Z": {
        const [startX, startY] = points;
        end(true);
        if (startX !== undefined) points = [(x = startX), (y = startY!)];
      }
    }
  }
  end(false);
  return runs;
}

/** Adds the points of a quadratic Bezier curve, after its start. */
function quadratic(
  points: number[],
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  x2: number,
  y2: number,
): void {
  const steps = stepsFor(Math.max(Math.abs(x0 - 2 * x1 + x2), Math.abs(y0 - 2 * y1 + y2)));
  for (let i = 1; i <= steps; i++) {
    const t = i / steps;
    const s = 1 - t;
    points.push(s * s * x0 + 2 * s * t * x1 + t * t * x2, s * s * y0 + 2 * s * t * y1 + t * t * y2);
  }
}

/** Adds the points of a cubic Bezier curve, after its start. */
function cubic(
  points: number[],
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  x3: number,
  y3: number,
): void {
  const bend = Math.max(
    Math.abs(x0 - 2 * x1 + x2),
    Math.abs(y0 - 2 * y1 + y2),
    Math.abs(x1 - 2 * x2 + x3),
    Math.abs(y1 - 2 * y2 + y3),
  );
  const steps = stepsFor(3 * bend);
  for (let i = 1; i <= steps; i++) {
    const t = i / steps;
    const s = 1 - t;
    points.push(
      s * s * s * x0 + 3 * s * s * t * x1 + 3 * s * t * t * x2 + t * t * t * x3,
      s * s * s * y0 + 3 * s * s * t * y1 + 3 * s * t * t * y2 + t * t * t * y3,
    );
  }
}

/** A chord over 1/n of a curve leaves it by at most (second difference) / (4 n^2): n for 0.02 pixel. */
function stepsFor(bend: number): number {
  return Math.max(1, Math.min(64, Math.ceil(Math.sqrt(bend / 0.08))));
}
