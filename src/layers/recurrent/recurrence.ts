import { StriateError } from "../../base/errors.ts";
import type { GraphBuilder } from "../../graph/builder.ts";
import { GraphBuilder as Builder } from "../../graph/builder.ts";
import { emptyGraph } from "../../graph/graph.ts";

/** Up to this many steps are written out. More become one Scan. */
const unrolled = 32;
export interface Recurrence {
  /** Graph value `(T, N, ...)`. */
  sequence: string;
  /** T, where it is known. */
  length: number | null;
  /** The states before the first step. */
  states: readonly string[];
  /** Whether the last step comes first. */
  backwards: boolean;
  training: boolean;
  /** Boolean graph value `(T, N, 1, ...)`: a step that does not count changes no state. */
  mask?: string;
  /** Whether a step that does not count puts out zeros, not the output before it. */
  zeroMasked: boolean;
  /** Which of the states is the output of a step. */
  output: number;
  /** Writes one step: the states after it. */
  step(b: GraphBuilder, x: string, states: readonly string[]): string[];
}

/** Writes the walk over a sequence. Gives all outputs `(T, N, ...)`, in the order of the walk, and the last states. */
export function recur(b: GraphBuilder, walk: Recurrence): { outputs: string; states: string[] } {
  const { length, training } = walk;
  if (training && length === null)
    throw new StriateError("needs sequences of known length in training; give the input a shape");
  return length !== null && length <= unrolled ? writeSteps(b, walk, length) : writeScan(b, walk);
}

/** One step, and what masking makes of it: `[output, ...states]`. */
function maskedStep(
  b: GraphBuilder,
  walk: Recurrence,
  x: string,
  states: readonly string[],
  mask: string | undefined,
): string[] {
  const next = walk.step(b, x, states);
  const { output } = walk;
  if (mask === undefined) return [next[output]!, ...next];
  const kept = next.map((state, i) => b.op("Where", [mask, state, states[i]!]));
  const shown = walk.zeroMasked ? b.op("Where", [mask, next[output]!, b.f32(0)]) : kept[output]!;
  return [shown, ...kept];
}

/**
 * The steps of a sequence `(T, N, ...)`. They are cut at once: the gradient of a cut is one Concat, that
 * of T picks would be T sequences of zeros but for one step.
 */
function stepsOf(b: GraphBuilder, sequence: string, length: number): string[] {
  const parts =
    length === 1
      ? [sequence]
      : b.ops("Split", [sequence], { axis: 0, num_outputs: length }, { outputCount: length });
  return parts.map((part) => b.op("Squeeze", [part, b.i64([0])]));
}

function writeSteps(b: GraphBuilder, walk: Recurrence, length: number) {
  const steps = stepsOf(b, walk.sequence, length);
  const masks = walk.mask && stepsOf(b, walk.mask, length);
  const outputs: string[] = [];
  let states = [...walk.states];
  for (let t = 0; t < length; t++) {
    const at = walk.backwards ? length - 1 - t : t;
    const [output, ...next] = maskedStep(b, walk, steps[at]!, states, masks?.[at]);
    outputs.push(b.op("Unsqueeze", [output!, b.i64([0])]));
    states = next;
  }
  return { outputs: b.op("Concat", outputs, { axis: 0 }), states };
}

function writeScan(b: GraphBuilder, walk: Recurrence) {
  const body = { ...emptyGraph("step"), opsets: new Map<string, number>() };
  // A subgraph shares the name space of the graph around it.
  const inner = new Builder(body, `${b.fresh("scan")}/`);
  const input = (stem: string, type: "float32" | "bool" = "float32") => {
    const name = inner.fresh(stem);
    body.inputs.push({ name, type, shape: null });
    return name;
  };
  const before = walk.states.map(() => input("state"));
  const x = input("x");
  const mask = walk.mask && input("mask", "bool");
  const [output, ...after] = maskedStep(inner, walk, x, before, mask);
  // Each output of a body has a node of its own.
  const own = [...after, output!].map((value) => inner.op("Identity", [value]));
  for (const name of own) body.outputs.push({ name, type: "float32", shape: null });
  const scanned = walk.mask === undefined ? [walk.sequence] : [walk.sequence, walk.mask];
  const results = b.ops(
    "Scan",
    [...walk.states, ...scanned],
    {
      body,
      num_scan_inputs: scanned.length,
      scan_input_directions: scanned.map(() => (walk.backwards ? 1 : 0)),
    },
    { outputCount: own.length },
  );
  return { outputs: results.at(-1)!, states: results.slice(0, -1) };
}
