/**
 * The order that `numpy.random.RandomState(seed).permutation(n)` gives, so that a Python script can
 * make the very split that striate makes.
 *
 * Source: Matsumoto and Nishimura's MT19937 with its integer seeding; NumPy's legacy shuffle
 * (Fisher-Yates from the end, indices drawn by masking and rejection).
 *
 * @param seed a whole number in [0, 2^32)
 */
export function numpyPermutation(n: number, seed: number): Uint32Array {
  // bounded: by the files of a set
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  const next = mersenneTwister(seed);
  for (let i = n - 1; i > 0; i--) {
    const mask = 2 ** (32 - Math.clz32(i)) - 1;
    let j = (next() & mask) >>> 0;
    while (j > i) j = (next() & mask) >>> 0;
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
  return order;
}

const length = 624;
const middle = 397;

/** A source of 32-bit whole numbers. */
function mersenneTwister(seed: number): () => number {
  const state = new Uint32Array(length);
  state[0] = seed;
  for (let i = 1; i < length; i++) {
    const last = state[i - 1]! ^ (state[i - 1]! >>> 30);
    state[i] = Math.imul(1812433253, last) + i;
  }
  let at = length;
  const twist = () => {
    for (let i = 0; i < length; i++) {
      const y = (state[i]! & 0x80000000) | (state[(i + 1) % length]! & 0x7fffffff);
      state[i] = state[(i + middle) % length]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    at = 0;
  };
  return () => {
    if (at === length) twist();
    let y = state[at++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  };
}
