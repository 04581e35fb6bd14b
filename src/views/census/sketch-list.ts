import { type Sketch, cellOf } from "./sketch.ts";

/** Sketches of many units, one behind the other: sketch `i` has the cells from `starts[i]` to `starts[i + 1]`. */
export interface SketchList {
  readonly starts: Uint32Array;
  readonly cells: Int32Array;
  readonly counts: Uint32Array;
}

export function sketchAt({ starts, cells, counts }: SketchList, i: number): Sketch {
  const [from, to] = [starts[i]!, starts[i + 1]!];
  return { cells: cells.subarray(from, to), counts: counts.subarray(from, to) };
}

/** Writes one sketch after the other. */
export class SketchWriter {
  readonly #starts: Uint32Array;
  #cells: Int32Array;
  #counts: Uint32Array;
  #filled = 0;
  #ended = 0;

  /** @param room cells that there will be, about */
  constructor(sketches: number, room = 1024) {
    // bounded: where a census is planned
    this.#starts = new Uint32Array(sketches + 1);
    this.#cells = new Int32Array(room); // bounded: by the numbers that are counted
    this.#counts = new Uint32Array(room); // bounded: likewise
  }

  /** Of the sketch at hand, in rising order. */
  add(cell: number, count: number): void {
    if (this.#filled === this.#cells.length) this.#widen();
    this.#cells[this.#filled] = cell;
    this.#counts[this.#filled++] = count;
  }

  /** The sketch of numbers in rising order, as a whole. */
  addAll(sorted: Float32Array, bits: number): void {
    let [before, count] = [0, 0];
    for (const value of sorted) {
      const cell = cellOf(value, bits);
      if (count > 0 && cell !== before) {
        this.add(before, count);
        count = 0;
      }
      before = cell;
      count++;
    }
    if (count > 0) this.add(before, count);
    this.end();
  }

  /** The sketch at hand is whole. */
  end(): void {
    this.#starts[++this.#ended] = this.#filled;
  }

  list(): SketchList {
    return {
      starts: this.#starts,
      cells: this.#cells.slice(0, this.#filled),
      counts: this.#counts.slice(0, this.#filled),
    };
  }

  #widen(): void {
    const [cells, counts] = [this.#cells, this.#counts];
    this.#cells = new Int32Array(2 * cells.length + 8); // bounded: by the numbers that are counted
    this.#counts = new Uint32Array(2 * cells.length + 8); // bounded: likewise
    this.#cells.set(cells);
    this.#counts.set(counts);
  }
}

/** Each sketch of one list with that of the other. */
export function mergeSketchLists(a: SketchList, b: SketchList): SketchList {
  const length = a.starts.length - 1;
  const writer = new SketchWriter(length, a.cells.length + b.cells.length);
  for (let s = 0; s < length; s++) {
    let [i, k] = [a.starts[s]!, b.starts[s]!];
    const [iEnd, kEnd] = [a.starts[s + 1]!, b.starts[s + 1]!];
    while (i < iEnd || k < kEnd) {
      const one = i < iEnd ? a.cells[i]! : Infinity;
      const other = k < kEnd ? b.cells[k]! : Infinity;
      let count = 0;
      if (one <= other) count += a.counts[i++]!;
      if (other <= one) count += b.counts[k++]!;
      writer.add(Math.min(one, other), count);
    }
    writer.end();
  }
  return writer.list();
}
