import type { Step } from "./steps.ts";

/** A step with the size of what it made: the lengths of its axes without those of 1. */
export interface SizedStep extends Step {
  readonly size: readonly number[];
}

export interface Alignment<S> {
  /** In the order of the first network. */
  pairs: { a: S; b: S }[];
  /** Layers that have no counterpart. */
  onlyA: S[];
  onlyB: S[];
}

/**
 * Finds which steps of two networks are the same. Layers of one address and size belong together; the
 * others are aligned in order: of all ways to pair them so that no two pairs cross, the one in which most
 * pairs of one size and family stand, names that are alike counting more.
 *
 * Source: Needleman and Wunsch, "A general method applicable to the search for similarities in the amino
 * acid sequence of two proteins", J. Mol. Biol. 48, 1970.
 */
export function alignSteps<S extends SizedStep>(a: readonly S[], b: readonly S[]): Alignment<S> {
  const namesake = new Map<S, S>();
  const byName = new Map(b.map((step) => [step.name, step]));
  for (const step of a) {
    const other = byName.get(step.name);
    if (other && sameSize(step, other) && samePart(step, other)) namesake.set(step, other);
  }
  const taken = new Set(namesake.values());
  const score = (x: S, y: S): number => {
    const own = namesake.get(x);
    if (own !== undefined || taken.has(y)) return own === y ? 1000 : -1;
    return fits(x, y) ? 1 + likeness(x.name, y.name) : -1;
  };
  const partner = bestPairs(a, b, score);
  // Namesakes that cross others stay together all the same.
  const used = new Set(partner.values());
  for (const [x, y] of namesake)
    if (!partner.has(x) && !used.has(y)) {
      partner.set(x, y);
      used.add(y);
    }
  return {
    pairs: a.flatMap((step) => {
      const other = partner.get(step);
      return other ? [{ a: step, b: other }] : [];
    }),
    onlyA: alone(a, new Set(partner.keys())),
    onlyB: alone(b, used),
  };
}

/**
 * The layers without a counterpart. Parts of a linear map or of a layer that has one (`conv2d/Conv` of
 * `conv2d`), and changes of layout, are no loss.
 */
function alone<S extends SizedStep>(steps: readonly S[], paired: ReadonlySet<S>): S[] {
  const names = [...paired].map(({ name }) => `${name}/`);
  return steps.filter(
    (step) =>
      !paired.has(step) &&
      step.last &&
      isEnd(step) &&
      !step.layer.facts?.isLayout &&
      !names.some((name) => step.name.startsWith(name)),
  );
}

function fits(x: SizedStep, y: SizedStep): boolean {
  return x.family === y.family && sameSize(x, y) && samePart(x, y);
}

/** Of linear maps in as many parts each part has its own; else only the last ones are the same. */
const samePart = (x: Step, y: Step): boolean =>
  x.parts === y.parts ? x.part === y.part : isEnd(x) && isEnd(y);

const isEnd = ({ part, parts }: Step): boolean => part === parts - 1;

const sameSize = (x: SizedStep, y: SizedStep): boolean =>
  x.size.length === y.size.length && x.size.every((length, axis) => length === y.size[axis]);

/** How much of the names' words two steps share, 0 to 1. */
function likeness(x: string, y: string): number {
  const [a, b] = [wordsOf(x), wordsOf(y)];
  const shared = [...a].filter((word) => b.has(word)).length;
  return shared / Math.max(1, Math.min(a.size, b.size));
}

/** `conv2d_1` of `sequential/conv2d_1/Conv2D` counts as one word. */
const wordsOf = (name: string): Set<string> =>
  new Set(
    name
      .toLowerCase()
      .replace(/ \(.*/, "")
      .split(/[/:.]/)
      .filter((word) => word !== ""),
  );

/** The pairs of the best alignment; a score below zero forbids a pair. */
function bestPairs<S>(a: readonly S[], b: readonly S[], score: (x: S, y: S) => number): Map<S, S> {
  const columns = b.length + 1;
  const best = new Float64Array((a.length + 1) * columns);
  const scores = new Float64Array(a.length * b.length);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--) {
      const own = (scores[i * b.length + j] = score(a[i]!, b[j]!));
      const at = i * columns + j;
      const skip = Math.max(best[at + columns]!, best[at + 1]!);
      best[at] = own < 0 ? skip : Math.max(skip, own + best[at + columns + 1]!);
    }
  const partner = new Map<S, S>();
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const at = i * columns + j;
    const own = scores[i * b.length + j]!;
    if (own >= 0 && best[at] === own + best[at + columns + 1]!) partner.set(a[i++]!, b[j++]!);
    else if (best[at] === best[at + columns]) i++;
    else j++;
  }
  return partner;
}
