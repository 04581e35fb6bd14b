import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ExactSums } from "./exact-sums.ts";

/** The sum as whole multiples of 2^-1074, rounded once: what no order can change. */
function exactly(numbers: readonly number[]): number {
  const view = new DataView(new ArrayBuffer(8));
  let sum = 0n;
  for (const value of numbers) {
    view.setFloat64(0, value);
    const bits = view.getBigUint64(0);
    const exponent = Number((bits >> 52n) & 2047n);
    const mantissa = (bits & (2n ** 52n - 1n)) | (exponent === 0 ? 0n : 2n ** 52n);
    const whole = mantissa << BigInt(Math.max(0, exponent - 1));
    sum += value < 0 ? -whole : whole;
  }
  if (sum === 0n) return 0;
  const size = sum < 0n ? -sum : sum;
  const length = size.toString(2).length;
  const shift = BigInt(Math.max(0, length - 53));
  let rounded = size >> shift;
  const rest = size - (rounded << shift);
  const half = shift === 0n ? 0n : 1n << (shift - 1n);
  if (shift > 0n && (rest > half || (rest === half && rounded % 2n === 1n))) rounded++;
  const value = Number(rounded) * 2 ** (Number(shift) - 1074 + 500) * 2 ** -500;
  return sum < 0n ? -value : value;
}

const numbers = fc.array(
  fc.tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.integer({ min: -60, max: 60 })),
  { maxLength: 40 },
);
const scaled = numbers.map((list) => list.map(([value, power]) => value * 2 ** power));

describe("sums without rounding", () => {
  it("are those of whole numbers", () => {
    fc.assert(
      fc.property(scaled, (list) => {
        const sums = new ExactSums(1);
        for (const value of list) sums.add(0, value);
        expect(sums.value(0)).toBe(exactly(list));
      }),
    );
    const sums = new ExactSums(1);
    for (const value of [1e100, 1, -1e100]) sums.add(0, value);
    expect(sums.value(0)).toBe(1);
  });

  it("have the same bytes in whatever order and in whatever parts they are added", () => {
    const pack = (parts: readonly (readonly number[])[]) => {
      const all = new ExactSums(1);
      for (const part of parts) {
        const own = new ExactSums(1);
        for (const value of part) own.add(0, value);
        all.addAll(ExactSums.unpack(own.pack()));
      }
      return all.pack();
    };
    fc.assert(
      fc.property(scaled, fc.nat(), (list, cut) => {
        const at = list.length === 0 ? 0 : cut % list.length;
        expect(pack([list.slice(at), list.slice(0, at).reverse()])).toEqual(
          pack(list.map((value) => [value])),
        );
      }),
    );
  });
});
