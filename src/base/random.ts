/**
 * Seeded random numbers: the same seed gives the same numbers on every machine and in every version.
 *
 * Source: "sfc32" of PractRand by Chris Doty-Humphrey (public domain), seeded through splitmix32.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;
  #spare: number | undefined;

  /** @param seed any integer; streams with different `stream` numbers are independent. */
  constructor(seed: number, stream = 0) {
    let state = (seed ^ Math.imul(stream, 0x9e3779b9)) >>> 0;
    const splitmix = () => {
      state = (state + 0x9e3779b9) >>> 0;
      let z = state;
      z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
      z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
      return (z ^ (z >>> 16)) >>> 0;
    };
    this.#a = splitmix();
    this.#b = splitmix();
    this.#c = splitmix();
    for (let i = 0; i < 12; i++) this.next32();
  }

  /** A whole number in [0, 2^32). */
  next32(): number {
    const sum = (this.#a + this.#b + this.#counter) >>> 0;
    this.#counter = (this.#counter + 1) >>> 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) >>> 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) >>> 0;
    return sum;
  }

  /** Uniform in [low, high), with 32 random bits. */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * (this.next32() / 2 ** 32);
  }

  /** Fills an array with what as many calls of {@link uniform} would give; for masks of whole batches. */
  fillUniform(target: Float64Array): Float64Array {
    // The state in local variables: ten times as fast as through the fields.
    let [a, b, c, counter] = [this.#a, this.#b, this.#c, this.#counter];
    for (let i = 0; i < target.length; i++) {
      const sum = (a + b + counter) | 0;
      counter = (counter + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (((c << 21) | (c >>> 11)) + sum) | 0;
      target[i] = (sum >>> 0) / 2 ** 32;
    }
    [this.#a, this.#b, this.#c, this.#counter] = [a >>> 0, b >>> 0, c >>> 0, counter >>> 0];
    return target;
  }

  /** A whole number in [0, n). */
  integer(n: number): number {
    return Math.floor(this.uniform(0, n));
  }

  /** Normally distributed, by the polar method of Marsaglia. */
  normal(mean = 0, deviation = 1): number {
    if (this.#spare !== undefined) {
      const spare = this.#spare;
      this.#spare = undefined;
      return mean + deviation * spare;
    }
    for (;;) {
      const x = this.uniform(-1, 1);
      const y = this.uniform(-1, 1);
      const square = x * x + y * y;
      if (square === 0 || square >= 1) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      this.#spare = y * factor;
      return mean + deviation * x * factor;
    }
  }

  /** Fills an array with what as many calls of {@link normal} would give; for noise on whole photos. */
  fillNormal(target: Float64Array | Float32Array): void {
    let [a, b, c, counter] = [this.#a, this.#b, this.#c, this.#counter];
    let i = 0;
    if (this.#spare !== undefined && target.length > 0) {
      target[i++] = this.#spare;
      this.#spare = undefined;
    }
    while (i < target.length) {
      // Two steps of the generator, its state in local variables; see `fillUniform`.
      let sum = (a + b + counter) | 0;
      counter = (counter + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (((c << 21) | (c >>> 11)) + sum) | 0;
      const x = -1 + 2 * ((sum >>> 0) / 2 ** 32);
      sum = (a + b + counter) | 0;
      counter = (counter + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (((c << 21) | (c >>> 11)) + sum) | 0;
      const y = -1 + 2 * ((sum >>> 0) / 2 ** 32);
      const square = x * x + y * y;
      if (square === 0 || square >= 1) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      target[i++] = x * factor;
      if (i < target.length) target[i++] = y * factor;
      else this.#spare = y * factor;
    }
    [this.#a, this.#b, this.#c, this.#counter] = [a >>> 0, b >>> 0, c >>> 0, counter >>> 0];
  }

  /** Shuffles in place (Fisher-Yates) and returns the same array. */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const kept = items[i];
      items[i] = items[j];
      items[j] = kept;
    }
    return items;
  }

  /** The inner state, to be stored in a checkpoint. */
  get state(): readonly (number | null)[] {
    return [this.#a, this.#b, this.#c, this.#counter, this.#spare ?? null];
  }

  /** A generator that goes on where `state` was taken. */
  static from(state: readonly (number | null)[]): Random {
    const random = new Random(0);
    [random.#a, random.#b, random.#c, random.#counter] = state as [number, number, number, number];
    random.#spare = state[4] ?? undefined;
    return random;
  }
}
