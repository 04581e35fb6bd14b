import { largest } from "../../base/extremes.ts";
import type { InputFacts } from "./input-facts.ts";
import type { Dims } from "./dims.ts";
import { Steps } from "./steps.ts";

/**
 * What the elements of a value see along one axis of the picture: element `i` sees from `first.at(i)`
 * to `last.at(i)`, which may lie in the padding.
 */
export interface AxisSight {
  /** The axis of the picture. */
  readonly source: number;
  readonly first: Steps;
  readonly last: Steps;
}

/**
 * What the elements of a value see of the picture, axis by axis; null for an axis that is none of the
 * picture's (batch, channels). `"all"`: no element has a place of its own, each may see everything.
 */
export type Sight = readonly (AxisSight | null)[] | "all";

/** What element `i` of an op's output reads along one axis of its input, from first to last. */
export interface Reads {
  readonly first: Steps;
  readonly last: Steps;
}

/** What a rule may ask. */
export interface SightContext<A> extends InputFacts<A> {
  /** What input `i` sees; undefined where it does not change with the picture. */
  sees(i: number): Sight | undefined;
  /** Shape of input `i`; null where it is not known. */
  shape(i: number): Dims;
  outputShape(i: number): Dims;
}

/**
 * What an op's outputs see: a rule; `"same"`: element by element what the inputs see, with
 * broadcasting; `"all"`: each element may see the whole of the inputs; or `"nothing"`: the outputs do
 * not change with the elements of the inputs. A rule gives undefined where it cannot know.
 */
export type Sees<A> =
  ((context: SightContext<A>) => Sight | undefined) | "same" | "all" | "nothing";

/** One element that is read from the place that `step` and `offset` say. */
export const reading = (offset: number, step = 1): Reads => {
  const steps = Steps.linear(offset, step);
  return { first: steps, last: steps };
};

/** What is seen through an op that reads its input so. */
export const through = (axis: AxisSight | null, reads: Reads): AxisSight | null =>
  axis && {
    source: axis.source,
    first: axis.first.after(reads.first),
    last: axis.last.after(reads.last),
  };

/**
 * Where branches meet, an element sees what any of them saw. Shapes are aligned at their last axes, as
 * broadcasting does.
 *
 * @param lengths of the result's axes, where they are known
 */
export function joined(sights: readonly { sight: Sight; shape: Dims }[], lengths: Dims): Sight {
  const all = sights.map(({ sight }) => sight);
  if (all.includes("all")) return "all";
  const rank = Math.max(largest(all.map((sight) => sight.length)), lengths?.length ?? 0);
  const result: (AxisSight | null)[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const length = lengths?.[axis];
    const here = sights.flatMap(({ sight, shape }) => {
      const at = axis - rank + sight.length;
      const own = (sight as readonly (AxisSight | null)[])[at];
      if (!own) return [];
      // One element for all: the first one.
      const isRepeated = shape?.[at] === 1 && length !== 1;
      return [isRepeated ? through(own, reading(0, 0))! : own];
    });
    const [first, ...others] = here;
    let seen: AxisSight | null = first ?? null;
    for (const other of others) {
      const count = typeof length === "number" ? length : undefined;
      const from = seen!.first.with(other.first, Math.min, count);
      const to = seen!.last.with(other.last, Math.max, count);
      if (other.source !== seen!.source || !from || !to) return "all";
      seen = { source: seen!.source, first: from, last: to };
    }
    result.push(seen);
  }
  return result;
}

/** Whether any of these axes is one of the picture's. */
export const anyOf = (sight: readonly (AxisSight | null)[], axes: readonly number[]): boolean =>
  axes.some((axis) => sight[axis]);

/** Of an op that mixes the elements of some axes and leaves the others as they are. */
export const mixing =
  <A>(axesOf: (context: SightContext<A>, rank: number) => readonly number[] | undefined) =>
  (context: SightContext<A>): Sight | undefined => {
    const sight = context.sees(0);
    if (sight === undefined || sight === "all") return sight;
    const axes = axesOf(context, sight.length);
    return axes === undefined || anyOf(sight, axes) ? "all" : sight;
  };

/** The spatial axes of `[N, C, ...]`, each read in its own way; channels are mixed. */
export function spatially<A>(
  context: SightContext<A>,
  reads: (axis: number) => Reads | undefined,
  input = 0,
): Sight | undefined {
  const sight = context.sees(input);
  if (sight === undefined || sight === "all") return sight;
  if (anyOf(sight, [1])) return "all";
  const result = sight.map((axis, i): AxisSight | null | undefined => {
    const read = i < 2 || axis === null ? null : reads(i - 2);
    return read ? through(axis, read) : read;
  });
  return result.includes(undefined) ? undefined : (result as (AxisSight | null)[]);
}

/** Of an op that passes its first input on, the others being parameters. */
export const ofFirst = mixing<unknown>(() => []);
