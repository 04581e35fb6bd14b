/**
 * Sums of doubles without any rounding, so that they can be put together in whatever order: each sum is kept as
 * a few doubles that do not overlap, and rounded once, when it is asked for.
 *
 * Source: Shewchuk, "Adaptive Precision Floating-Point Arithmetic", 1997, as in Python's `math.fsum`.
 */
export class ExactSums {
  readonly length: number;
  /** Doubles a sum has room for; more are made where one needs them. */
  #width = 1;
  #parts: Float64Array;
  #counts: Uint8Array;

  constructor(length: number) {
    this.length = length;
    // bounded: by the tensors that are summed
    this.#parts = new Float64Array(length);
    this.#counts = new Uint8Array(length); // bounded: likewise
  }

  /** One finite number in each sum. */
  static of(values: Float64Array): ExactSums {
    const sums = new ExactSums(values.length);
    sums.#parts.set(values);
    for (let i = 0; i < values.length; i++) sums.#counts[i] = values[i] === 0 ? 0 : 1;
    return sums;
  }

  /** Adds a finite number to sum `i`. */
  add(i: number, value: number): void {
    let x = value;
    let kept = 0;
    const parts = this.#parts;
    const start = i * this.#width;
    for (let k = 0, count = this.#counts[i]!; k < count; k++) {
      let y = parts[start + k]!;
      if (Math.abs(x) < Math.abs(y)) [x, y] = [y, x];
      const high = x + y;
      const low = y - (high - x);
      if (low !== 0) parts[start + kept++] = low;
      x = high;
    }
    this.#counts[i] = kept;
    if (x !== 0) this.#push(i, x);
  }

  /** Adds all sums of another. */
  addAll(other: ExactSums): void {
    for (let i = 0; i < other.length; i++)
      for (let k = 0; k < other.#counts[i]!; k++) this.add(i, other.#parts[i * other.#width + k]!);
  }

  /** Sum `i`, rounded to the nearest double, halves to even. */
  value(i: number): number {
    let k = this.#counts[i]!;
    if (k === 0) return 0;
    const at = (index: number) => this.#parts[i * this.#width + index]!;
    let high = at(--k);
    let low = 0;
    while (k > 0 && low === 0) {
      const x = high;
      const y = at(--k);
      high = x + y;
      low = y - (high - x);
    }
    // The rest decides where the double above ends on a half.
    if (k > 0 && low !== 0 && low < 0 === at(k - 1) < 0) {
      const twice = 2 * low;
      const rounded = high + twice;
      if (twice === rounded - high) return rounded;
    }
    return high;
  }

  /** All sums, rounded. */
  values(): Float64Array {
    return Float64Array.from({ length: this.length }, (_, i) => this.value(i));
  }

  copy(): ExactSums {
    const copy = new ExactSums(this.length);
    copy.#width = this.#width;
    copy.#parts = this.#parts.slice();
    copy.#counts = this.#counts.slice();
    return copy;
  }

  /** The sums in a form that depends on nothing but their values. */
  pack(): { counts: Uint8Array; parts: Float64Array } {
    const counts = new Uint8Array(this.length);
    // bounded: by what is in memory already, twice at most
    let parts = new Float64Array(this.length);
    let filled = 0;
    const push = (part: number) => {
      if (filled === parts.length) {
        const wider = new Float64Array(2 * parts.length + 8);
        wider.set(parts);
        parts = wider;
      }
      parts[filled++] = part;
    };
    const rest = new ExactSums(1);
    for (let i = 0; i < this.length; i++) {
      const start = i * this.#width;
      const count = this.#counts[i]!;
      if (count < 2) {
        if (count === 1) push(this.#parts[start]!);
        counts[i] = count;
        continue;
      }
      for (let k = 0; k < count; k++) rest.add(0, this.#parts[start + k]!);
      // The nearest double, then that of what is left, and so on.
      for (let next = rest.value(0); next !== 0; next = rest.value(0)) {
        push(next);
        counts[i]!++;
        rest.add(0, -next);
      }
    }
    return { counts, parts: parts.slice(0, filled) };
  }

  static unpack({ counts, parts }: ReturnType<ExactSums["pack"]>): ExactSums {
    const sums = new ExactSums(counts.length);
    let at = 0;
    for (let i = 0; i < counts.length; i++)
      for (let k = counts[i]!; k > 0; k--) sums.add(i, parts[at++]!);
    return sums;
  }

  #push(i: number, value: number): void {
    const count = this.#counts[i]!;
    if (count === this.#width) this.#widen();
    this.#parts[i * this.#width + count] = value;
    this.#counts[i] = count + 1;
  }

  #widen(): void {
    const width = this.#width + 1;
    // bounded: by the tensors that are summed, and how exact their sums are
    const parts = new Float64Array(this.length * width);
    for (let i = 0; i < this.length; i++)
      for (let k = 0; k < this.#counts[i]!; k++)
        parts[i * width + k] = this.#parts[i * this.#width + k]!;
    this.#width = width;
    this.#parts = parts;
  }
}
