import type { Run } from "./path.ts";

/**
 * The outline of a pen line of the given width along a run of straight lines: joins are mitred up to
 * four times the width, then bevelled; ends are cut straight (SVG's defaults).
 *
 * @param dash lengths of strokes and gaps in turn, in pixels; solid when left out
 */
export function strokeOutline(run: Run, width: number, dash?: readonly number[]): Run[] {
  const pieces = dash && dash.some((length) => length > 0) ? dashes(run, dash) : [run];
  return pieces.flatMap((piece) => outline(piece, width / 2));
}

interface Vertex {
  readonly x: number;
  readonly y: number;
}

function outline(run: Run, half: number): Run[] {
  const points = vertices(run);
  if (points.length < 2) return [];
  const left = side(points, run.closed, half);
  const right = side([...points].reverse(), run.closed, half);
  // The two sides run against each other: of a closed line they are a ring's two rims.
  return run.closed
    ? [
        { points: left, closed: true },
        { points: right, closed: true },
      ]
    : [{ points: [...left, ...right], closed: true }];
}

/** The points, without repetitions. */
function vertices({ points, closed }: Run): Vertex[] {
  const kept: Vertex[] = [];
  for (let i = 0; i < points.length; i += 2) {
    const next = { x: points[i]!, y: points[i + 1]! };
    const last = kept.at(-1);
    if (!last || distance(last, next) > 1e-6) kept.push(next);
  }
  if (closed && kept.length > 2 && distance(kept[0]!, kept.at(-1)!) < 1e-6) kept.pop();
  return kept;
}

/** The points at `half` to the left of the line, in its direction. */
function side(points: readonly Vertex[], closed: boolean, half: number): number[] {
  const out: number[] = [];
  const count = points.length;
  for (let i = 0; i < count; i++) {
    const here = points[i]!;
    const before = points[i - 1] ?? (closed ? points[count - 1] : undefined);
    const after = points[i + 1] ?? (closed ? points[0] : undefined);
    const a = before && normal(before, here);
    const b = after && normal(here, after);
    if (!a || !b) {
      const { x, y } = (a ?? b)!;
      out.push(here.x + x * half, here.y + y * half);
      continue;
    }
    // The mitre lies along the sum of the normals; its length is half / cos(angle / 2).
    const sumX = a.x + b.x;
    const sumY = a.y + b.y;
    const square = (sumX * sumX + sumY * sumY) / 4;
    if (square > 1 / 16) {
      const reach = half / (2 * square);
      out.push(here.x + sumX * reach, here.y + sumY * reach);
    } else {
      out.push(here.x + a.x * half, here.y + a.y * half);
      out.push(here.x + b.x * half, here.y + b.y * half);
    }
  }
  return out;
}

function normal(from: Vertex, to: Vertex): Vertex {
  const length = distance(from, to);
  return { x: (to.y - from.y) / length, y: (from.x - to.x) / length };
}

function distance(a: Vertex, b: Vertex): number {
  return Math.sqrt((b.x - a.x) ** 2 + (b.y - a.y) ** 2);
}

/** Cuts a run into the strokes of a dash pattern. */
function dashes(run: Run, pattern: readonly number[]): Run[] {
  const points = vertices(run);
  if (run.closed) points.push(points[0]!);
  const pieces: Run[] = [];
  let entry = 0;
  let left = pattern[0]!;
  let current: number[] = points[0] ? [points[0].x, points[0].y] : [];
  for (let i = 1; i < points.length; i++) {
    const from = points[i - 1]!;
    const to = points[i]!;
    const length = distance(from, to);
    let done = 0;
    while (length - done > left) {
      done += left;
      const share = done / length;
      const x = from.x + (to.x - from.x) * share;
      const y = from.y + (to.y - from.y) * share;
      if (entry % 2 === 0) pieces.push({ points: [...current, x, y], closed: false });
      current = [x, y];
      entry++;
      left = pattern[entry % pattern.length]!;
    }
    left -= length - done;
    if (entry % 2 === 0) current.push(to.x, to.y);
  }
  if (entry % 2 === 0 && current.length > 2) pieces.push({ points: current, closed: false });
  return pieces;
}
