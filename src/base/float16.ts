/**
 * Half-precision numbers as their 16 bits.
 *
 * Source: IEEE 754-2008 binary16 (1 sign, 5 exponent, 10 fraction bits) and bfloat16 (the upper half
 * of a binary32).
 */

const word = new Uint32Array(1);
// bounded: a word
const real = new Float32Array(word.buffer);

/** What the exponent of a number, and that of infinity and NaN, is larger by in a binary32. */
const normal = (127 - 15) << 23;
const odd = (255 - 31) << 23;

/** The double that the binary16 bits stand for: with the fraction and the exponent where a binary32 has them. */
export function fromFloat16(bits: number): number {
  const magnitude = bits & 0x7fff;
  if (magnitude < 0x400) return (bits & 0x8000 ? -1 : 1) * magnitude * 2 ** -24;
  word[0] = ((bits & 0x8000) << 16) | ((magnitude << 13) + (magnitude < 0x7c00 ? normal : odd));
  return real[0]!;
}

/** {@link fromFloat16} of many: the bits of each are written as a binary32 has them. */
export function fromFloat16s(bits: Uint16Array): Float32Array {
  const numbers = new Float32Array(bits.length);
  const words = new Uint32Array(numbers.buffer);
  for (let i = 0; i < bits.length; i++) {
    const half = bits[i]!;
    const magnitude = half & 0x7fff;
    if (magnitude < 0x400) numbers[i] = fromFloat16(half);
    else
      words[i] =
        ((half & 0x8000) << 16) | ((magnitude << 13) + (magnitude < 0x7c00 ? normal : odd));
  }
  return numbers;
}

/** The binary16 bits nearest to `value`; ties go to the even neighbour. */
export function toFloat16(value: number): number {
  real[0] = value;
  const bits = word[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = Math.abs(value);
  if (Number.isNaN(value)) return sign | 0x7e00;
  if (magnitude >= 65520) return sign | 0x7c00;
  const exponent = magnitude < 2 ** -14 ? -14 : Math.floor(Math.log2(magnitude));
  const scaled = magnitude * 2 ** (10 - exponent);
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const units = floor + (rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? 1 : 0);
  // Units carry over into the exponent by themselves: 0x400 more units are one exponent more.
  return sign | (magnitude < 2 ** -14 ? units : units + ((exponent + 14) << 10));
}

/** The float that the bfloat16 bits stand for. */
export function fromBfloat16(bits: number): number {
  word[0] = bits << 16;
  return real[0]!;
}

/** The bfloat16 bits nearest to `value`; ties go to the even neighbour. */
export function toBfloat16(value: number): number {
  real[0] = value;
  const bits = word[0]!;
  if (Number.isNaN(value)) return (bits >>> 16) | 0x40;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}
