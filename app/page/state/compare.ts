import { rangeOf, type Range } from "../../components/scale.ts";
import type { LayerMaps, MapNumbers } from "../../engine/protocol.ts";

/** The second layer's maps less the first's; undefined where they differ in size. */
export function differenceOf(a: LayerMaps, b: LayerMaps): LayerMaps | undefined {
  if (a.channels !== b.channels || a.width !== b.width || a.height !== b.height) return undefined;
  const values = b.values.map((value, i) => value - a.values[i]!);
  const size = a.width * a.height;
  const numbers = a.numbers.map((_, channel): MapNumbers => {
    const own = values.subarray(channel * size, (channel + 1) * size);
    let [min, max, sum, zeros] = [Infinity, -Infinity, 0, 0];
    for (const value of own) {
      if (value < min) min = value;
      if (value > max) max = value;
      if (value === 0) zeros++;
      sum += value;
    }
    const mean = sum / size;
    return { min, max, mean, std: NaN, zeros: zeros / size, state: "live" };
  });
  return { ...a, className: "difference", values, numbers };
}

/** One scale for both sides: for each map, or for the whole layer. */
export function sharedScale(
  a: LayerMaps,
  b: LayerMaps,
  mode: "map" | "layer" | "network",
): (channel: number) => Range {
  const fitted = (numbers: readonly (MapNumbers | undefined)[]): Range => {
    const range = rangeOf(numbers.filter((each) => each !== undefined)) ?? { low: 0, high: 1 };
    if (range.low >= 0) return range;
    const reach = Math.max(-range.low, range.high);
    return { low: -reach, high: reach };
  };
  const whole = fitted([...a.numbers, ...b.numbers]);
  return mode === "map"
    ? (channel) => fitted([a.numbers[channel], b.numbers[channel]])
    : () => whole;
}
