/**
 * The discrete Fourier transform of a plane whose sides are powers of two, in place and unitary (both ways
 * divided by the root of the number of places), so that each way is the other's adjoint.
 *
 * Source: Cooley, Tukey 1965, An algorithm for the machine calculation of complex Fourier series.
 */
export class PlaneFft {
  readonly #height: number;
  readonly #width: number;
  readonly #rows: LineFft;
  readonly #columns: LineFft;

  /** @throws RangeError for a side that is no power of two */
  constructor(height: number, width: number) {
    this.#height = height;
    this.#width = width;
    this.#rows = new LineFft(width);
    this.#columns = new LineFft(height);
  }

  /** @param sign of the exponent: -1 to frequencies, 1 back */
  transform(re: Float64Array, im: Float64Array, sign: 1 | -1): void {
    const [height, width] = [this.#height, this.#width];
    for (let y = 0; y < height; y++)
      this.#rows.transform(
        re.subarray(y * width, (y + 1) * width),
        im.subarray(y * width, (y + 1) * width),
        sign,
      );
    const [columnRe, columnIm] = [new Float64Array(height), new Float64Array(height)];
    const factor = 1 / Math.sqrt(height * width);
    for (let x = 0; x < width; x++) {
      for (let y = 0, at = x; y < height; y++, at += width) {
        columnRe[y] = re[at]!;
        columnIm[y] = im[at]!;
      }
      this.#columns.transform(columnRe, columnIm, sign);
      for (let y = 0, at = x; y < height; y++, at += width) {
        re[at] = columnRe[y]! * factor;
        im[at] = columnIm[y]! * factor;
      }
    }
  }
}

/** One line, without a factor: radix 2, decimation in time. */
class LineFft {
  readonly #length: number;
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;
  readonly #reversed: Uint32Array;

  constructor(length: number) {
    if (length !== powerOfTwo(length)) throw new RangeError(`${length} is no power of two`);
    this.#length = length;
    const angle = (k: number) => (2 * Math.PI * k) / length;
    // bounded: a side of the picture
    this.#cos = Float64Array.from({ length: length / 2 }, (_, k) => Math.cos(angle(k)));
    // bounded: a side of the picture
    this.#sin = Float64Array.from({ length: length / 2 }, (_, k) => Math.sin(angle(k)));
    // bounded: a side of the picture
    this.#reversed = new Uint32Array(length);
    for (let i = 1; i < length; i++)
      this.#reversed[i] = (this.#reversed[i >> 1]! >> 1) | (i & 1 ? length >> 1 : 0);
  }

  transform(re: Float64Array, im: Float64Array, sign: 1 | -1): void {
    const length = this.#length;
    const [cos, sin, reversed] = [this.#cos, this.#sin, this.#reversed];
    for (let i = 0; i < length; i++) {
      const j = reversed[i]!;
      if (j <= i) continue;
      const a = re[i]!;
      const b = im[i]!;
      re[i] = re[j]!;
      im[i] = im[j]!;
      re[j] = a;
      im[j] = b;
    }
    for (let half = 1; half < length; half *= 2) {
      const step = length / (2 * half);
      for (let start = 0; start < length; start += 2 * half)
        for (let k = 0, p = start, q = start + half; k < half; k++, p++, q++) {
          const c = cos[k * step]!;
          const s = sign * sin[k * step]!;
          const a = re[q]! * c - im[q]! * s;
          const b = re[q]! * s + im[q]! * c;
          const u = re[p]!;
          const v = im[p]!;
          re[q] = u - a;
          im[q] = v - b;
          re[p] = u + a;
          im[p] = v + b;
        }
    }
  }
}

/** The smallest power of two that is not below a length. */
export function powerOfTwo(length: number): number {
  let power = 1;
  while (power < length) power *= 2;
  return power;
}
