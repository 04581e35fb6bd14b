import { checkedLength } from "../../base/checked-length.ts";
import { StriateError } from "../../base/errors.ts";

/** Resizing by odd lengths repeats after as many places; of axes of pictures none has so many. */
const mostPlaces = 2 ** 16;

/** What repeats after too many places to be written down counts as not known. */
export class TooManyPlaces extends StriateError {}

/**
 * Whole numbers by index that repeat with a shift: `at(i + period) = at(i) + advance`. It says which
 * element of one axis an element of another one reads: a stride of 2 is `[0]` advancing by 2, nearest
 * upsampling by 2 is `[0, 0]` advancing by 1.
 */
export class Steps {
  readonly table: readonly number[];
  /** What is added from one period to the next. */
  readonly advance: number;

  constructor(table: readonly number[], advance: number) {
    this.table = table;
    this.advance = advance;
  }

  /** `offset + step i`. */
  static linear(offset: number, step: number): Steps {
    return new Steps([offset], step);
  }

  /** The first `period` values by a formula. @throws TooManyPlaces */
  static of(period: number, advance: number, value: (i: number) => number): Steps {
    if (period > mostPlaces)
      throw new TooManyPlaces(`${period} places are more than ${mostPlaces}`);
    return new Steps(
      Array.from({ length: checkedLength(period, "steps") }, (_, i) => value(i)),
      advance,
    );
  }

  get period(): number {
    return this.table.length;
  }

  /** Mean growth from one index to the next. */
  get slope(): number {
    return this.advance / this.period;
  }

  at(i: number): number {
    const turn = Math.floor(i / this.period);
    return this.table[i - turn * this.period]! + turn * this.advance;
  }

  /** `i -> this.at(inner.at(i))` */
  after(inner: Steps): Steps {
    const turns = this.period / gcd(this.period, inner.advance);
    return Steps.of(
      inner.period * turns,
      (this.advance * inner.advance * turns) / this.period,
      (i) => this.at(inner.at(i)),
    );
  }

  /**
   * The smaller, or larger, of two at each index. Where they do not grow alike, the first `length`
   * indices are right; undefined where there is no such length.
   */
  with(other: Steps, pick: (a: number, b: number) => number, length?: number): Steps | undefined {
    const alike = this.advance * other.period === other.advance * this.period;
    if (!alike && length === undefined) return undefined;
    const period = alike ? lcm(this.period, other.period) : length!;
    const advance = Math.round(Math.max(this.slope, other.slope) * period);
    return Steps.of(period, advance, (i) => pick(this.at(i), other.at(i)));
  }
}

function gcd(a: number, b: number): number {
  return b === 0 ? Math.abs(a) : gcd(b, a % b);
}

const lcm = (a: number, b: number): number => (a / gcd(a, b)) * b;
