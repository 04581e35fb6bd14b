import type { Random } from "../../base/random.ts";

/** Non-negative factors of a layer's maps, the strongest first. */
export interface Factors {
  /** `factors * places`: where each factor is. */
  readonly maps: Float64Array;
  /** `factors * channels`: what it is made of, of length 1. */
  readonly channels: Float64Array;
  /** The share of the sum of squares that the factors hold, 0 to 1. */
  readonly explained: number;
}

/**
 * Non-negative matrix factorisation by multiplicative updates of the squared distance.
 *
 * Source: Lee, Seung 2001, Algorithms for Non-negative Matrix Factorization, theorem 1.
 *
 * @param planes `channels * places` values from 0 up
 */
export function factorise(
  planes: Float64Array,
  channels: number,
  places: number,
  factors: number,
  rounds: number,
  random: Random,
): Factors {
  const mean = planes.reduce((sum, value) => sum + value, 0) / planes.length;
  const start = Math.sqrt(mean / factors);
  const draw = (length: number) =>
    // bounded: as large as the factors that are asked for
    Float64Array.from({ length }, () => start * (0.5 + random.uniform()));
  /** channels x factors, and factors x places. */
  const mix = draw(channels * factors);
  const maps = draw(factors * places);
  const tiny = 1e-12;
  for (let round = 0; round < rounds; round++) {
    // maps *= (mix' planes) / (mix' mix maps)
    const over = product(mix, planes, factors, channels, places, true);
    const under = product(gram(mix, channels, factors), maps, factors, factors, places, false);
    for (let i = 0; i < maps.length; i++) maps[i] = (maps[i]! * over[i]!) / (under[i]! + tiny);
    // mix *= (planes maps') / (mix maps maps')
    const mapGram = new Float64Array(factors * factors);
    for (let a = 0; a < factors; a++)
      for (let b = 0; b < factors; b++)
        for (let k = 0; k < places; k++)
          mapGram[a * factors + b]! += maps[a * places + k]! * maps[b * places + k]!;
    for (let c = 0; c < channels; c++) {
      const row = mix.slice(c * factors, (c + 1) * factors);
      for (let f = 0; f < factors; f++) {
        let [up, down] = [0, 0];
        for (let k = 0; k < places; k++) up += planes[c * places + k]! * maps[f * places + k]!;
        for (let g = 0; g < factors; g++) down += row[g]! * mapGram[g * factors + f]!;
        mix[c * factors + f] = (row[f]! * up) / (down + tiny);
      }
    }
  }
  return ordered(planes, mix, maps, channels, places, factors);
}

/** `a b`, or `a' b`: rows x inner (inner x rows where transposed) times inner x columns. */
function product(
  a: Float64Array,
  b: Float64Array,
  rows: number,
  inner: number,
  columns: number,
  transposed: boolean,
): Float64Array {
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < inner; k++) {
      const factor = transposed ? a[k * rows + i]! : a[i * inner + k]!;
      if (factor !== 0)
        for (let j = 0; j < columns; j++) out[i * columns + j]! += factor * b[k * columns + j]!;
    }
  return out;
}

/** `m' m` of rows x columns. */
function gram(m: Float64Array, rows: number, columns: number): Float64Array {
  return product(m, m, columns, rows, columns, true);
}

function ordered(
  planes: Float64Array,
  mix: Float64Array,
  maps: Float64Array,
  channels: number,
  places: number,
  factors: number,
): Factors {
  const fitted = product(mix, maps, channels, factors, places, false);
  let [rest, all] = [0, 0];
  planes.forEach((value, i) => {
    rest += (value - fitted[i]!) ** 2;
    all += value * value;
  });
  const lengths = Array.from({ length: factors }, (_, f) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += mix[c * factors + f]! ** 2;
    return Math.sqrt(sum);
  });
  const weight = (f: number) => {
    let sum = 0;
    for (let k = 0; k < places; k++) sum += maps[f * places + k]!;
    return sum * lengths[f]!;
  };
  const order = lengths.map((_, f) => f).sort((a, b) => weight(b) - weight(a));
  const out = {
    maps: new Float64Array(maps.length),
    channels: new Float64Array(channels * factors),
  };
  order.forEach((f, at) => {
    const length = lengths[f]!;
    for (let k = 0; k < places; k++) out.maps[at * places + k] = maps[f * places + k]! * length;
    for (let c = 0; c < channels; c++)
      out.channels[at * channels + c] = length > 0 ? mix[c * factors + f]! / length : 0;
  });
  return { ...out, explained: all > 0 ? 1 - rest / all : 1 };
}
