import { formatShape } from "../../base/shape.ts";
import { quantise } from "../../report/quantise.ts";
import type { MapNumbers, MapsFigure } from "../../report/report.ts";
import type { LayerActivation } from "../activations.ts";
import { type MapStatistics, mapStatistics, rangeOf } from "../map-statistics.ts";
import type { Vectors } from "./vectors.ts";
import type { Volumes } from "./volumes.ts";

/** Values of one layer that a page keeps: of a wider one, the first maps. */
const mostValues = 1 << 24;

/** The maps of a layer, or the strip of a layer without maps, as a page shows them. */
export function mapsFigure(made: LayerActivation | Volumes | Vectors, photo: number): MapsFigure {
  const { address, className, shape } = made;
  const named = {
    kind: "maps",
    photo,
    layer: address,
    className,
    shape: formatShape(shape),
  } as const;
  if ("rows" in made) {
    // Rows are compared with each other: they share one scale.
    const { rows: height, columns: width, values } = made;
    const whole = mapStatistics(values, { channels: 1, height, width })[0]!;
    const codes = quantise(values, rangeOf(whole));
    return { ...named, form: "strip", height, width, channels: 1, maps: [numbersOf(whole)], codes };
  }
  const { channels, width, values, statistics } = made;
  // The slices of a volume stand one under the other.
  const height = made.height * ("slices" in made ? made.slices : 1);
  const plane = height * width;
  const kept = statistics.slice(0, Math.max(1, Math.floor(mostValues / plane)));
  const codes = new Uint8Array(kept.length * plane);
  for (const [i, each] of kept.entries())
    codes.set(quantise(values, rangeOf(each), i * plane, plane), i * plane);
  return { ...named, form: "maps", height, width, channels, maps: kept.map(numbersOf), codes };
}

function numbersOf({ min, max, mean, std, zeros, state }: MapStatistics): MapNumbers {
  const [low = null, high = null, middle = null, spread = null] = [min, max, mean, std].map(
    (value) => (Number.isFinite(value) ? Number(value.toPrecision(9)) : null),
  );
  return {
    low,
    high,
    mean: middle,
    std: spread,
    zeros: Number(zeros.toPrecision(4)),
    state,
  };
}
