/**
 * The accurate integer inverse DCT, libjpeg's default: what Pillow, browsers and sharp decode with.
 *
 * Source: Loeffler, Ligtenberg and Moschytz, Practical fast 1-D DCT algorithms with 11 multiplications
 * (ICASSP 1989), in the fixed point of the Independent JPEG Group's `JDCT_ISLOW`: factors of 13 bits, 2
 * more bits between the two passes.
 */

const fix = (factor: number): number => Math.round(factor * 2 ** 13);
const [f0298, f0390, f0541, f0765] = [0.298631336, 0.390180644, 0.5411961, 0.765366865].map(
  fix,
) as Four;
const [f0899, f1175, f1501, f1847] = [0.899976223, 1.175875602, 1.50132111, 1.847759065].map(
  fix,
) as Four;
const [f1961, f2053, f2562, f3072] = [1.96157056, 2.053119869, 2.562915447, 3.072711026].map(
  fix,
) as Four;
type Four = [number, number, number, number];

const between = new Int32Array(64);
/** One line of eight values after {@link transform}. */
const line = new Int32Array(8);

/**
 * Turns one block of coefficients into samples.
 *
 * @param steps the block's quantisation
 * @param into sample plane; the block's first sample goes to `to`, rows are `stride` apart
 */
export function accurateIdct(
  coefficients: Int16Array,
  offset: number,
  steps: ArrayLike<number>,
  into: Uint8ClampedArray,
  to: number,
  stride: number,
): void {
  for (let x = 0; x < 8; x++) {
    const at = offset + x;
    transform(
      coefficients[at]! * steps[x]!,
      coefficients[at + 8]! * steps[x + 8]!,
      coefficients[at + 16]! * steps[x + 16]!,
      coefficients[at + 24]! * steps[x + 24]!,
      coefficients[at + 32]! * steps[x + 32]!,
      coefficients[at + 40]! * steps[x + 40]!,
      coefficients[at + 48]! * steps[x + 48]!,
      coefficients[at + 56]! * steps[x + 56]!,
      11,
    );
    for (let y = 0; y < 8; y++) between[8 * y + x] = line[y]!;
  }
  for (let y = 0; y < 8; y++) {
    const at = 8 * y;
    transform(
      between[at]!,
      between[at + 1]!,
      between[at + 2]!,
      between[at + 3]!,
      between[at + 4]!,
      between[at + 5]!,
      between[at + 6]!,
      between[at + 7]!,
      18,
    );
    const row = to + y * stride;
    for (let x = 0; x < 8; x++) into[row + x] = line[x]! + 128;
  }
}

/** @param shift bits that are rounded away at the end */
function transform(
  i0: number,
  i1: number,
  i2: number,
  i3: number,
  i4: number,
  i5: number,
  i6: number,
  i7: number,
  shift: number,
): void {
  const half = 1 << (shift - 1);
  // The even half.
  const turned = (i2 + i6) * f0541;
  const low = turned - i6 * f1847;
  const high = turned + i2 * f0765;
  const sum = (i0 + i4) * 8192 + half;
  const difference = (i0 - i4) * 8192 + half;
  const even0 = sum + high;
  const even3 = sum - high;
  const even1 = difference + low;
  const even2 = difference - low;
  // The odd half.
  const all = (i7 + i3 + i5 + i1) * f1175;
  const a = (i7 + i1) * -f0899;
  const b = (i5 + i3) * -f2562;
  const c = (i7 + i3) * -f1961 + all;
  const d = (i5 + i1) * -f0390 + all;
  const odd0 = i7 * f0298 + a + c;
  const odd1 = i5 * f2053 + b + d;
  const odd2 = i3 * f3072 + b + c;
  const odd3 = i1 * f1501 + a + d;
  line[0] = (even0 + odd3) >> shift;
  line[7] = (even0 - odd3) >> shift;
  line[1] = (even1 + odd2) >> shift;
  line[6] = (even1 - odd2) >> shift;
  line[2] = (even2 + odd1) >> shift;
  line[5] = (even2 - odd1) >> shift;
  line[3] = (even3 + odd0) >> shift;
  line[4] = (even3 - odd0) >> shift;
}
