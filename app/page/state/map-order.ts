import type { LayerMaps, MapNumbers } from "../../engine/protocol.ts";

/** By what maps are sorted, with words for the page. */
export const sorts = {
  order: "as they come",
  mean: "mean",
  max: "largest value",
  zeros: "most zeros",
  entropy: "entropy",
  change: "change from the photo before",
} as const;
export type Sort = keyof typeof sorts;

/** Which maps are shown, with words for the page. */
export const filters = {
  all: "all maps",
  live: "live maps",
  sparse: "mostly zero",
  dead: "dead or constant",
} as const;

const kept: Readonly<Record<string, (numbers: MapNumbers) => boolean>> = {
  live: ({ state }) => state === "live",
  sparse: ({ state, zeros }) => state === "live" && zeros >= 0.9,
  dead: ({ state }) => state !== "live",
};

/** Channels that are asked for, in the order that is asked for, largest first. */
export function mapOrder(
  maps: LayerMaps,
  sort: string,
  before?: LayerMaps,
  filter = "all",
): number[] {
  const isKept = kept[filter] ?? (() => true);
  const order = maps.numbers.flatMap((numbers, i) => (isKept(numbers) ? [i] : []));
  const key = keys[sort];
  if (key === undefined) return order;
  const values = new Map(order.map((channel) => [channel, key(maps, channel, before)]));
  return order.sort((a, b) => values.get(b)! - values.get(a)! || a - b);
}

const keys: Readonly<
  Record<string, (maps: LayerMaps, channel: number, before?: LayerMaps) => number>
> = {
  mean: ({ numbers }, channel) => numbers[channel]!.mean,
  max: ({ numbers }, channel) => numbers[channel]!.max,
  zeros: ({ numbers }, channel) => numbers[channel]!.zeros,
  entropy: entropyOf,
  change: (maps, channel, before) =>
    before === undefined || before.values.length !== maps.values.length
      ? 0
      : distance(maps, before, channel),
};

/** Bits that a value of the map carries, over 32 steps from its smallest to its largest value. */
export function entropyOf({ values, width, height, numbers }: LayerMaps, channel: number): number {
  const steps = 32;
  const { min, max } = numbers[channel]!;
  if (!(max > min)) return 0;
  const counts = new Float64Array(steps);
  const size = width * height;
  const factor = (steps - 1e-6) / (max - min);
  for (let i = channel * size; i < (channel + 1) * size; i++)
    counts[Math.floor((values[i]! - min) * factor)]!++;
  let bits = 0;
  for (const count of counts) if (count > 0) bits -= (count / size) * Math.log2(count / size);
  return bits;
}

/** The mean size of the change of a map. */
function distance(a: LayerMaps, b: LayerMaps, channel: number): number {
  const size = a.width * a.height;
  let sum = 0;
  for (let i = channel * size; i < (channel + 1) * size; i++)
    sum += Math.abs(a.values[i]! - b.values[i]!);
  return sum / size;
}
