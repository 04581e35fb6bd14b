import { type Sketch, cellOf, coarserCell } from "./sketch.ts";

/** Sketches of many units, one behind the other: sketch `i` has the cells from `starts[i]` to `starts[i + 1]`. */
export interface SketchList {
  readonly starts: Uint32Array;
  readonly cells: Int32Array;
  readonly counts: Uint32Array;
  /** Bits of a fraction that tell cells apart: as many as leave no more than `most` cells in all. */
  readonly bits: number;
  readonly most: number;
}

export function sketchAt({ starts, cells, counts }: SketchList, i: number): Sketch {
  const [from, to] = [starts[i]!, starts[i + 1]!];
  return { cells: cells.subarray(from, to), counts: counts.subarray(from, to) };
}

/** Writes one sketch after the other. */
export class SketchWriter {
  readonly #bits: number;
  readonly #starts: Uint32Array;
  #cells: Int32Array;
  #counts: Uint32Array;
  #filled = 0;
  #ended = 0;

  /** @param room cells that there will be, about */
  constructor(sketches: number, bits: number, room = 1024) {
    this.#bits = bits;
    // bounded: where a census is planned
    this.#starts = new Uint32Array(sketches + 1);
    this.#cells = new Int32Array(room); // bounded: by the numbers that are counted
    this.#counts = new Uint32Array(room); // bounded: likewise
  }

  /** Counts into the sketch at hand. Cells come in rising order. */
  add(cell: number, count: number): void {
    if (this.#filled > this.#starts[this.#ended]! && this.#cells[this.#filled - 1] === cell) {
      this.#counts[this.#filled - 1]! += count;
      return;
    }
    if (this.#filled === this.#cells.length) this.#widen();
    this.#cells[this.#filled] = cell;
    this.#counts[this.#filled++] = count;
  }

  /** The sketch of numbers in rising order, as a whole. */
  addAll(sorted: Float32Array): void {
    for (const value of sorted) this.add(cellOf(value, this.#bits), 1);
    this.end();
  }

  /** The sketch at hand is whole. */
  end(): void {
    this.#starts[++this.#ended] = this.#filled;
  }

  /** @param most cells that may stay: where there are more, fewer bits tell them apart */
  list(most: number): SketchList {
    const list = {
      starts: this.#starts,
      cells: this.#cells.slice(0, this.#filled),
      counts: this.#counts.slice(0, this.#filled),
      ...{ bits: this.#bits, most },
    };
    return list.cells.length > most && list.bits > 0 ? coarsened(list, list.bits - 1) : list;
  }

  #widen(): void {
    const [cells, counts] = [this.#cells, this.#counts];
    this.#cells = new Int32Array(2 * cells.length + 8); // bounded: by the numbers that are counted
    this.#counts = new Uint32Array(2 * cells.length + 8); // bounded: likewise
    this.#cells.set(cells);
    this.#counts.set(counts);
  }
}

/**
 * Each sketch of one list with that of the other. More photos never have fewer cells, and fewer bits never more: how
 * many bits are left at the end depends on all photos together, and not on who was merged with whom first.
 */
export function mergeSketchLists(a: SketchList, b: SketchList): SketchList {
  const [bits, most] = [Math.min(a.bits, b.bits), Math.min(a.most, b.most)];
  const [one, other] = [coarsened(a, bits), coarsened(b, bits)];
  const length = a.starts.length - 1;
  const writer = new SketchWriter(length, bits, one.cells.length + other.cells.length);
  for (let s = 0; s < length; s++) {
    let [i, k] = [one.starts[s]!, other.starts[s]!];
    const [iEnd, kEnd] = [one.starts[s + 1]!, other.starts[s + 1]!];
    while (i < iEnd || k < kEnd) {
      const left = i < iEnd ? one.cells[i]! : Infinity;
      const right = k < kEnd ? other.cells[k]! : Infinity;
      let count = 0;
      if (left <= right) count += one.counts[i++]!;
      if (right <= left) count += other.counts[k++]!;
      writer.add(Math.min(left, right), count);
    }
    writer.end();
  }
  return writer.list(most);
}

/** The same numbers in cells that fewer bits tell apart. */
function coarsened(list: SketchList, bits: number): SketchList {
  if (list.bits === bits) return list;
  const { starts, cells, counts } = list;
  const length = starts.length - 1;
  const writer = new SketchWriter(length, bits, cells.length);
  for (let s = 0; s < length; s++) {
    for (let i = starts[s]!; i < starts[s + 1]!; i++)
      writer.add(coarserCell(cells[i]!, list.bits - bits), counts[i]!);
    writer.end();
  }
  return writer.list(list.most);
}
