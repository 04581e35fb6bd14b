/**
 * The fast integer inverse DCT that TensorFlow asks of libjpeg (`INTEGER_FAST`): coarser than the
 * accurate one, by a few levels, and so part of the numbers that TensorFlow's users see.
 *
 * Source: Arai, Agui and Nakajima's scaled DCT (Trans. IEICE E-71, 1988), in the fixed point of the
 * Independent JPEG Group's `JDCT_IFAST`: factors of 8 bits, 2 more bits between the two passes.
 */

/** The scale of each row and column of the transform, 14 bits. */
const aan = Array.from({ length: 8 }, (_, k) =>
  k === 0 ? 1 : Math.SQRT2 * Math.cos((k * Math.PI) / 16),
);

/** Multiplies the transform's scale into a quantisation table (both in natural order). */
export function scaleQuantization(table: Uint16Array): Int32Array {
  return Int32Array.from(table, (step, i) => {
    const scale = Math.round(aan[i >> 3]! * aan[i & 7]! * 2 ** 14);
    return (step * scale + 2 ** 11) >> 12;
  });
}

const root2 = 362; // sqrt(2) in 8 bits
const a = 473; // 2 cos(pi/8)
const b = 277; // 2 (cos(pi/8) - cos(3 pi/8))
const c = 669; // 2 (cos(pi/8) + cos(3 pi/8))

const between = new Int32Array(64);

/**
 * Turns one block of coefficients into samples.
 *
 * @param scaled the block's quantisation from {@link scaleQuantization}
 * @param into sample plane; the block's first sample goes to `to`, rows are `stride` apart
 */
export function fastIdct(
  coefficients: Int16Array,
  offset: number,
  scaled: ArrayLike<number>,
  into: Uint8ClampedArray,
  to: number,
  stride: number,
): void {
  for (let x = 0; x < 8; x++) {
    const at = offset + x;
    butterfly(
      coefficients[at]! * scaled[x]!,
      coefficients[at + 8]! * scaled[x + 8]!,
      coefficients[at + 16]! * scaled[x + 16]!,
      coefficients[at + 24]! * scaled[x + 24]!,
      coefficients[at + 32]! * scaled[x + 32]!,
      coefficients[at + 40]! * scaled[x + 40]!,
      coefficients[at + 48]! * scaled[x + 48]!,
      coefficients[at + 56]! * scaled[x + 56]!,
    );
    for (let y = 0; y < 8; y++) between[8 * y + x] = line[y]!;
  }
  for (let y = 0; y < 8; y++) {
    const at = 8 * y;
    butterfly(
      between[at]!,
      between[at + 1]!,
      between[at + 2]!,
      between[at + 3]!,
      between[at + 4]!,
      between[at + 5]!,
      between[at + 6]!,
      between[at + 7]!,
    );
    const row = to + y * stride;
    for (let x = 0; x < 8; x++) into[row + x] = (line[x]! >> 5) + 128;
  }
}

/** One line of eight values after {@link butterfly}. */
const line = new Int32Array(8);

function butterfly(
  i0: number,
  i1: number,
  i2: number,
  i3: number,
  i4: number,
  i5: number,
  i6: number,
  i7: number,
): void {
  // The even half.
  const sum04 = i0 + i4;
  const difference04 = i0 - i4;
  const sum26 = i2 + i6;
  const turned26 = (((i2 - i6) * root2) >> 8) - sum26;
  const even0 = sum04 + sum26;
  const even3 = sum04 - sum26;
  const even1 = difference04 + turned26;
  const even2 = difference04 - turned26;
  // The odd half.
  const sum53 = i5 + i3;
  const difference53 = i5 - i3;
  const sum17 = i1 + i7;
  const difference17 = i1 - i7;
  const odd7 = sum17 + sum53;
  const middle = ((sum17 - sum53) * root2) >> 8;
  const shared = ((difference53 + difference17) * a) >> 8;
  const odd6 = ((difference53 * -c) >> 8) + shared - odd7;
  const odd5 = middle - odd6;
  const odd4 = ((difference17 * b) >> 8) - shared + odd5;
  line[0] = even0 + odd7;
  line[7] = even0 - odd7;
  line[1] = even1 + odd6;
  line[6] = even1 - odd6;
  line[2] = even2 + odd5;
  line[5] = even2 - odd5;
  line[4] = even3 + odd4;
  line[3] = even3 - odd4;
}
