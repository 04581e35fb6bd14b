import { StriateError } from "../../base/errors.ts";
import { float32 } from "../../base/tensor.ts";
import { float } from "../../graph/attributes.ts";
import { GraphBuilder } from "../../graph/builder.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import type { VectorTable } from "./vector-table.ts";

/** The nearest others of each vector, the nearest first: `count` for each row. */
export interface Neighbours {
  readonly count: number;
  readonly rows: Int32Array;
  /** Euclidean. */
  readonly distances: Float64Array;
}

/** What a search may take, and whom it tells. */
export interface SearchOptions {
  /** Bytes for what is compared at a time; 64 MiB by default. */
  readonly memory?: number;
  readonly throwIfStopped?: () => void;
  readonly progress?: (done: number) => void;
}

/** Rows that are compared at once with a tile of all, and of a tile at most and at least. */
const [blockRows, mostRows, fewestRows] = [1024, 4096, 512];
/** Found beside those that are asked for, in every tile. */
const spare = 8;

/**
 * The exact nearest neighbours: every row is compared with every other, a block with a tile of all at a time. The
 * engine finds a few more in a tile than are asked for, by `|a|² - 2 ab + |b|²`, since that loses digits where
 * vectors are nearly equal; the distances of those that may be among the nearest are then computed in doubles.
 */
export async function nearestNeighbours(
  runtime: Runtime,
  table: VectorTable,
  count: number,
  options: SearchOptions = {},
): Promise<Neighbours> {
  const kept = keptOf(table, count);
  const found: Neighbours = {
    count: kept,
    rows: new Int32Array(table.rows * kept), // bounded: by the plan of the embedding
    distances: new Float64Array(table.rows * kept), // bounded: as these
  };
  const blocks = nearestByBlocks(runtime, table, table, kept, options);
  for await (const { from, rows, distances } of blocks) {
    found.rows.set(rows, from * kept);
    found.distances.set(distances, from * kept);
  }
  return found;
}

/** How many neighbours each row has at most. @throws StriateError where it has none */
export function keptOf({ rows }: VectorTable, count: number): number {
  const kept = Math.min(count, rows - 1);
  if (kept < 1)
    throw new StriateError("of fewer than two photos none has a neighbour; give more photos");
  return kept;
}

/** The nearest of some rows, `count` for each, from row `from` on. */
export interface NearestBlock {
  readonly from: number;
  readonly rows: Int32Array;
  readonly distances: Float64Array;
}

/**
 * The nearest in one table of each vector of another, block by block. Within one table a row is not compared with
 * itself.
 */
export async function* nearestByBlocks(
  runtime: Runtime,
  some: VectorTable,
  all: VectorTable,
  count: number,
  { memory = 2 ** 26, throwIfStopped, progress }: SearchOptions = {},
): AsyncGenerator<NearestBlock> {
  const { width } = all;
  const tiles = tilesOf(all.rows, memory / (4 * (width + blockRows)));
  const candidates = Math.min(Math.floor(all.rows / tiles), count + 1 + spare);
  // All threads: which ones are nearest does not depend on how the products are shared out.
  const session = await runtime.open(distanceGraph(candidates));
  const [nearest, scores, longest] = session.outputs;
  try {
    for (let from = 0; from < some.rows; from += blockRows) {
      const to = Math.min(some.rows, from + blockRows);
      const own = some.block(from, to);
      const ranked = new Ranked(own, width, count, some === all ? from : -Infinity);
      for (let tile = 0; tile < tiles; tile++) {
        throwIfStopped?.();
        const start = Math.floor((tile * all.rows) / tiles);
        const end = Math.floor(((tile + 1) * all.rows) / tiles);
        const others = all.block(start, end);
        const results = await session.run({
          some: float32([to - from, width], own),
          all: float32([end - start, width], others),
        });
        ranked.add(others, start, {
          rows: results[nearest!]!.data as Int32Array,
          scores: results[scores!]!.data as Float32Array,
          longest: Math.sqrt((results[longest!]!.data as Float32Array)[0]!),
          count: candidates,
        });
      }
      progress?.(to / some.rows);
      yield { from, rows: ranked.rows, distances: ranked.distances };
    }
  } finally {
    await session.release();
  }
}

/** Into how many tiles, alike in size, rows are cut of which so many fit. */
function tilesOf(rows: number, fitting: number): number {
  const most = Math.max(fewestRows, Math.min(mostRows, Math.floor(fitting)));
  return Math.ceil(rows / most);
}

/** What the engine found in a tile for each row of a block. */
interface Candidates {
  readonly count: number;
  /** In the tile, the nearest first. */
  readonly rows: Int32Array;
  /** Squared distance less the row's own squared length, as far as 32 bits tell. */
  readonly scores: Float32Array;
  /** Length of the longest vector in the tile. */
  readonly longest: number;
}

/** The nearest of each row of a block so far, by distances in doubles; of those that are as far the first. */
class Ranked {
  readonly rows: Int32Array;
  readonly distances: Float64Array;
  readonly #block: Float32Array;
  readonly #width: number;
  readonly #count: number;
  readonly #first: number;
  readonly #squares: Float64Array;

  /** @param first number of the block's first row in the table that it is compared with, if it is a part of that */
  constructor(block: Float32Array, width: number, count: number, first: number) {
    const rows = block.length / width;
    this.#block = block;
    this.#width = width;
    this.#count = count;
    this.#first = first;
    // bounded: by the rows of a block
    this.rows = new Int32Array(rows * count).fill(-1);
    this.distances = new Float64Array(rows * count).fill(Infinity);
    this.#squares = Float64Array.from({ length: rows }, (_, row) => {
      let sum = 0;
      for (let i = row * width; i < (row + 1) * width; i++) sum += block[i]! ** 2;
      return sum;
    });
  }

  add(tile: Float32Array, start: number, { count, rows, scores, longest }: Candidates): void {
    // What rounding may do to a score: width products and as many sums, twice over.
    const rounding = 2 * (this.#width + 4) * 2 ** -23;
    for (let row = 0; row < this.#squares.length; row++) {
      const square = this.#squares[row]!;
      const error = rounding * (Math.sqrt(square) + longest) ** 2;
      const last = (row + 1) * this.#count - 1;
      for (let i = 0; i < count; i++) {
        const at = row * count + i;
        // All that follow are farther still.
        if (scores[at]! + square - error > this.distances[last]! ** 2) break;
        const other = start + rows[at]!;
        if (other === this.#first + row) continue;
        this.#insert(row, other, distance(this.#block, row, tile, rows[at]!, this.#width));
      }
    }
  }

  #insert(row: number, other: number, apart: number): void {
    const [first, last] = [row * this.#count, (row + 1) * this.#count - 1];
    const isBefore = (at: number) =>
      apart < this.distances[at]! || (apart === this.distances[at]! && other < this.rows[at]!);
    // A place that is free yet stands for a row beyond all others.
    if (this.rows[last]! >= 0 && !isBefore(last)) return;
    let at = last;
    for (; at > first && (this.rows[at - 1]! < 0 || isBefore(at - 1)); at--) {
      this.rows[at] = this.rows[at - 1]!;
      this.distances[at] = this.distances[at - 1]!;
    }
    this.rows[at] = other;
    this.distances[at] = apart;
  }
}

/** The nearest `count` of `all` for each of `some`, by whole numbers, and by how much they are apart. */
function distanceGraph(count: number) {
  const b = new GraphBuilder();
  b.input("some", ["M", "D"]);
  b.input("all", ["N", "D"]);
  const squares = b.op("ReduceSumSquare", ["all", b.i64([1])], { keepdims: 0 });
  const apart = b.op("Gemm", ["some", "all", squares], { transB: 1, alpha: float(-2) });
  const [scores, nearest] = b.ops(
    "TopK",
    [apart, b.i64([count])],
    { largest: 0, axis: 1 },
    { outputCount: 2 },
  );
  b.op("Cast", [nearest!], { to: 6 }, { outputs: ["nearest"] });
  b.op("Identity", [scores!], {}, { outputs: ["scores"] });
  b.op("ReduceMax", [squares], { keepdims: 0 }, { outputs: ["longest"] });
  b.output("nearest", ["M", count], "int32");
  b.output("scores", ["M", count]);
  b.output("longest", []);
  return b.graph;
}

/** Between a row of one block and a row of another. */
function distance(one: Float32Array, a: number, other: Float32Array, b: number, width: number) {
  let sum = 0;
  for (let i = 0, p = a * width, q = b * width; i < width; i++, p++, q++)
    sum += (one[p]! - other[q]!) ** 2;
  return Math.sqrt(sum);
}
