import { largest, smallest } from "../base/extremes.ts";
import { columnCuts } from "./column-cuts.ts";
import { elbowLine, flowLine } from "./flow-line.ts";
import type { LayeredLayout, PlacedLink } from "./layered-layout.ts";
import type { Path, Point } from "./path.ts";
import type { Box } from "./picture.ts";

/** A layered layout, broken into columns like the text of a newspaper. */
export interface ColumnLayout {
  readonly width: number;
  readonly height: number;
  readonly nodes: ReadonlyMap<string, Box>;
  /** A frame that is broken has a piece in each column; a broken edge is open. */
  readonly frames: readonly FramePiece[];
  /** Lines, and the points that arrows are to point at. */
  readonly lines: readonly Path[];
  readonly heads: readonly Point[];
}

export interface FramePiece extends Box {
  readonly id: string;
  readonly column: number;
  /** Whether it goes on above, in the column before; and below, in the next one. */
  readonly above: boolean;
  readonly below: boolean;
}

export interface ColumnOptions {
  /** The most pixels a single column may have; a higher one is broken where it can be. */
  readonly maxHeight?: number;
  /** Width by height that the whole is to have when it is broken. */
  readonly aspect?: number;
  /** The most pixels that the whole may be wide, as far as fewer columns make it narrower. */
  readonly maxWidth?: number;
}

/** Pixels between columns, and above and below them where a line goes round from one to the next. */
const gutter = 56;
const turn = 36;
/** Pixels of height in which a link swings from a box to its upright run. */
const swing = 30;

/**
 * Breaks a high layout into columns. It is broken only where all links that cross come from one node:
 * a single line then leads from the foot of a column to the head of the next.
 */
export function columnLayout(layout: LayeredLayout, options: ColumnOptions = {}): ColumnLayout {
  const { maxHeight = 1300, aspect = 1.4, maxWidth = Infinity } = options;
  const wanted = Math.round(Math.sqrt((aspect * layout.height) / (layout.width + gutter)));
  const count = layout.height <= maxHeight ? 1 : Math.max(1, wanted);
  let placed = inColumns(layout, count);
  for (let fewer = count - 1; fewer > 0 && placed.width > maxWidth; fewer--)
    placed = inColumns(layout, fewer);
  return placed;
}

function inColumns(layout: LayeredLayout, count: number): ColumnLayout {
  const cuts = columnCuts(layout, count);
  const bands = [...cuts, { y: Infinity, links: [] }].map((cut, i) => ({
    top: cuts[i - 1]?.y ?? -Infinity,
    bottom: cut.y,
    crossing: cut.links,
  }));
  const placed = new Placement(layout, cuts.length > 0);
  bands.forEach((band) => placed.column(band));
  return placed.result;
}

interface Band {
  top: number;
  bottom: number;
  /** The links that leave it for the next band. */
  crossing: readonly PlacedLink[];
}

/** Puts one band of the layout after the other beside each other. */
class Placement {
  readonly #layout: LayeredLayout;
  readonly #nodes = new Map<string, Box>();
  readonly #frames: FramePiece[] = [];
  readonly #lines: Path[] = [];
  readonly #heads: Point[] = [];
  /** Above and below the columns, for the lines that go round. */
  readonly #room: number;
  #column = 0;
  #x = 0;
  #height = 0;
  /** The column before: where its line to the next one comes from. */
  #open: { from: Point; links: ReadonlySet<PlacedLink>; foot: number } | undefined;

  constructor(layout: LayeredLayout, broken: boolean) {
    this.#layout = layout;
    this.#room = broken ? turn : 0;
  }

  column(band: Band): void {
    const { nodes, frames, links } = this.#layout;
    const inside = [...nodes].filter(([, box]) => box.y > band.top && box.y < band.bottom);
    const top = smallest(inside.map(([, box]) => box.y));
    const bottom = largest(inside.map(([, box]) => box.y + box.height));
    const within = ([, y]: Point) => y > band.top && y < band.bottom;
    const parts = [...frames].filter(([, box]) => box.y < bottom && box.y + box.height > top);
    const own = links.filter(({ points }) => within(points[0]!) || within(points.at(-1)!));
    const xs = [
      ...inside.flatMap(([, box]) => [box.x, box.x + box.width]),
      ...parts.flatMap(([, box]) => [box.x, box.x + box.width]),
      ...own.flatMap(({ points }) => points.filter(within).map(([x]) => x)),
    ];
    const left = smallest(xs);
    const width = largest(xs) - left;
    const isAbove = ({ y }: Box) => y < band.top;
    const isBelow = ({ y, height }: Box) => y + height > band.bottom;
    const heads = parts.flatMap(([, box]) => (isAbove(box) ? [] : [box.y]));
    const feet = parts.flatMap(([, box]) => (isBelow(box) ? [] : [box.y + box.height]));
    const upper = Math.min(top, smallest(heads));
    const lower = Math.max(bottom, largest(feet));
    const [dx, dy] = [this.#x - left, this.#room - upper];
    const moved = ([x, y]: Point): Point => [x + dx, y + dy];

    for (const [id, box] of inside) this.#nodes.set(id, { ...box, x: box.x + dx, y: box.y + dy });
    for (const [id, box] of parts) {
      const [above, below] = [isAbove(box), isBelow(box)];
      const y = above ? upper - turn + 12 : box.y;
      const end = below ? lower + turn - 20 : box.y + box.height;
      this.#frames.push({
        ...{ id, above, below, column: this.#column, x: box.x + dx, width: box.width },
        ...{ y: y + dy, height: end - y },
      });
    }
    this.#enter(band.top, moved);
    const leaving = new Set(band.crossing);
    for (const link of own) {
      if (leaving.has(link) || this.#open?.links.has(link)) continue;
      this.#line(this.#through(link, () => true).map(moved));
    }
    const [first] = band.crossing;
    this.#open = undefined;
    if (first) {
      const path = this.#through(first, (y) => y < band.bottom).map(moved);
      if (path.length > 1) this.#lines.push(flowLine(path));
      this.#open = { from: path.at(-1)!, links: leaving, foot: lower + dy };
    }
    this.#column++;
    this.#x += width + gutter;
    this.#height = Math.max(this.#height, lower + dy + this.#room);
  }

  /** The line from the column before to this one, which fans out to what it feeds. */
  #enter(top: number, moved: (point: Point) => Point): void {
    if (this.#open === undefined) return;
    const { from, links, foot } = this.#open;
    // Above this column the line comes from outside.
    const tails = [...links].map((link) => {
      const tail = this.#through(link, (y) => y > top).map(moved);
      // A link to a lower row is upright before the first row begins.
      const [x, y] = tail[0]!;
      return y > this.#room ? [[x, this.#room] as const, ...tail] : tail;
    });
    const starts = tails.map((tail) => tail[0]![0]);
    const entry = starts.reduce((sum, x) => sum + x, 0) / starts.length;
    const gutterX = this.#x - gutter / 2;
    const down = foot + turn - 8;
    this.#lines.push(
      elbowLine([from, [from[0], down], [gutterX, down], [gutterX, 0], [entry, 0], [entry, 6]]),
    );
    for (const tail of tails) this.#line([[entry, 6], ...tail]);
  }

  #line(points: readonly Point[]): void {
    this.#lines.push(flowLine(points));
    this.#heads.push(points.at(-1)!);
  }

  /**
   * The points of a link, as far as they are in the column: from the middle of the foot of one box to
   * the middle of the head of the other.
   */
  #through({ from, to, points }: PlacedLink, inside: (y: number) => boolean): Point[] {
    const [a, b] = [this.#layout.nodes.get(from)!, this.#layout.nodes.get(to)!];
    const foot: Point = [a.x + a.width / 2, a.y + a.height];
    const head: Point = [b.x + b.width / 2, b.y];
    const runs = bends(points.slice(1, -1).filter(([, y]) => inside(y)));
    return [foot, ...eased(runs, foot[1], head[1]), head].filter(([, y]) => inside(y));
  }

  get result(): ColumnLayout {
    return {
      width: this.#x - gutter,
      height: this.#height,
      nodes: this.#nodes,
      frames: this.#frames,
      lines: this.#lines,
      heads: this.#heads,
    };
  }
}

/** Of the points on one upright line the first and the last. */
function bends(points: readonly Point[]): Point[] {
  return points.filter(([x], i) => {
    const before = points[i - 1]?.[0] ?? Infinity;
    const after = points[i + 1]?.[0] ?? Infinity;
    return Math.abs(before - x) + Math.abs(after - x) > 0.5;
  });
}

/** Leaves a link some height to swing into its upright run, and out of it. */
function eased(runs: readonly Point[], foot: number, head: number): Point[] {
  const top = foot + swing;
  const bottom = head - swing;
  // Between neighbours one curve does.
  if (top >= bottom) return [];
  return runs.map(([x, y]): Point => [x, Math.min(Math.max(y, top), bottom)]);
}
