import type { Random } from "../../src/base/random.ts";

export const pick = <T>(random: Random, values: readonly T[]): T =>
  values[random.integer(values.length)]!;

/** How often something happens, as a share. */
export const chance = (random: Random, share: number): boolean => random.uniform() < share;

export const several = <T>(random: Random, most: number, make: (i: number) => T): T[] =>
  Array.from({ length: random.integer(most + 1) }, (_, i) => make(i));

const usual = [1, 1, 2, 3, 4, 8];
const odd = [0, -1, 5, 7, 16, 64, 255, 1000, 65_537];
const huge = [2 ** 24, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 40];
const beyond = [2n ** 53n - 1n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n), 10n ** 12n];

/**
 * A whole number as a file may have it: sensible most of the time, so that what is around it is read too, and
 * now and then one that is no length, or none that a small file accounts for.
 */
export function hostileInteger(random: Random): bigint {
  const at = random.uniform();
  if (at < 0.75) return BigInt(pick(random, usual));
  if (at < 0.9) return BigInt(pick(random, odd));
  return at < 0.97 ? BigInt(pick(random, huge)) : pick(random, beyond);
}

/** The same in 32 bits. */
export const hostileInt32 = (random: Random): number =>
  Number(BigInt.asIntN(32, hostileInteger(random)));

export const hostileReal = (random: Random): number =>
  pick(random, [0, 1, -1, 0.5, 1e-8, 1e30, -1e30, NaN, Infinity, 3.4e38]);

export const hostileShape = (random: Random, rank = 1 + random.integer(4)): bigint[] =>
  Array.from({ length: rank }, () => hostileInteger(random));
