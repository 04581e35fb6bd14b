import type { Dim } from "../../graph/graph.ts";
import type { Reads } from "../facts/sight.ts";
import { Steps } from "../facts/steps.ts";

/** How a Resize finds the place of an element in its input, in ONNX's words. */
interface Resampled {
  mode: string;
  coordinate_transformation_mode: string;
  nearest_mode: string;
  antialias: number;
}

/** An axis before and after, and the scale where the node says one. */
interface ResampledAxis {
  input: Dim;
  output: Dim;
  scale: number | undefined;
}

/**
 * What element `o` of a resampled axis reads. At the border, where places outside stand for the border
 * itself, it is said to read outside.
 *
 * @returns undefined where neither lengths nor scale are known
 */
export function resizeReads(how: Resampled, axis: ResampledAxis): Reads | undefined {
  const corners = how.coordinate_transformation_mode === "align_corners";
  const ratio = ratioOf(axis, corners);
  if (ratio === undefined) return undefined;
  const [from, to] = ratio;
  // An axis that keeps its length is copied, in every mode.
  if (from === to) return { first: Steps.linear(0, 1), last: Steps.linear(0, 1) };
  const place = placeOf(how.coordinate_transformation_mode, from / to);
  const steps = (read: (x: number) => number) => Steps.of(to, from, (o) => read(place(o)));
  if (how.mode === "nearest") {
    const nearest = steps(roundings[how.nearest_mode] ?? Math.floor);
    return { first: nearest, last: nearest };
  }
  // Taps lie as far apart as the elements of the coarser side where a filter smooths.
  const spread = how.antialias ? Math.max(1, from / to) : 1;
  const radius = (how.mode === "cubic" ? 2 : 1) * spread;
  return {
    first: steps((x) => Math.floor(x - radius + tiny) + 1),
    last: steps((x) => Math.ceil(x + radius - tiny) - 1),
  };
}

/** Places are fractions: what is meant to be whole may be a little off. */
const tiny = 1e-9;

const halfDown = (x: number) => Math.ceil(x - 0.5 - tiny);

const roundings: Readonly<Record<string, (x: number) => number>> = {
  round_prefer_floor: halfDown,
  round_prefer_ceil: (x) => Math.floor(x + 0.5 + tiny),
  floor: (x) => Math.floor(x + tiny),
  ceil: (x) => Math.ceil(x - tiny),
};

function placeOf(coordinates: string, step: number): (o: number) => number {
  if (coordinates === "asymmetric" || coordinates === "align_corners") return (o) => o * step;
  if (coordinates === "tf_half_pixel_for_nn") return (o) => (o + 0.5) * step;
  return (o) => (o + 0.5) * step - 0.5;
}

/** Elements of the input to elements of the output, as small whole numbers. */
function ratioOf(
  { input, output, scale }: ResampledAxis,
  corners: boolean,
): readonly [number, number] | undefined {
  const known = typeof input === "number" && typeof output === "number";
  if (corners) return known && output > 1 ? reduced(input - 1, output - 1) : undefined;
  if (scale !== undefined)
    for (let from = 1; from <= 64; from++)
      if (Math.abs(from * scale - Math.round(from * scale)) < 1e-6 && Math.round(from * scale) > 0)
        return reduced(from, Math.round(from * scale));
  return known && output > 0 ? reduced(input, output) : undefined;
}

function reduced(a: number, b: number): readonly [number, number] {
  const divisor = (x: number, y: number): number => (y === 0 ? x : divisor(y, x % y));
  const common = divisor(a, b) || 1;
  return [a / common, b / common];
}
