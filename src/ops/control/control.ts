import { checkedLength } from "../../base/checked-length.ts";
import { StriateError } from "../../base/errors.ts";
import { normalizeAxis } from "../../base/shape.ts";
import type { Graph, ValueType } from "../../graph/graph.ts";
import { attr, defineOp, type OpDefinition } from "../define-op.ts";
import { commonDims } from "../facts/dims.ts";
import type { CostContext } from "../facts/multiply-adds.ts";
import { mixesAll } from "../facts/pointwise.ts";
import { scanGradient } from "./scan-gradient.ts";

// Ops with graphs inside.

export const controlOps: readonly OpDefinition[] = [
  defineOp({
    type: "If",
    ...mixesAll,
    role: "wrapper",
    multiplyAdds: ({ attributes, body }) =>
      larger(body(attributes.then_branch), body(attributes.else_branch)),
    attributes: { then_branch: attr.graph(), else_branch: attr.graph() },
    shape({ attributes: { then_branch, else_branch }, body, numbers }) {
      const condition = numbers(0)?.[0];
      const branches = [
        condition === 0 ? undefined : then_branch,
        condition ? undefined : else_branch,
      ];
      const results = branches.flatMap((branch) =>
        branch ? [possible(() => body(branch, []))] : [],
      );
      const [first = [], ...others] = results.flatMap((result) => (result ? [result] : []));
      return first.map(({ type, shape }, i) => ({
        type,
        shape: others.reduce((dims, other) => commonDims(dims, other[i]?.shape ?? null), shape),
      }));
    },
    gradient: "unsupported",
  }),

  // Inputs: most iterations, condition, carried values. The body adds the number of the iteration in
  // front, and yields a condition, the carried values, and slices that are stacked.
  defineOp({
    type: "Loop",
    ...mixesAll,
    role: "wrapper",
    multiplyAdds: () => null,
    attributes: { body: attr.graph() },
    shape({ node, attributes, shape, type, body, numbers }) {
      const graph = attributes.body;
      if (!graph) return [];
      // The engine would go round for ever, and stack up slices until no memory is left.
      const [most, first] = [numbers(0)?.[0], node.inputs[1] ? numbers(1)?.[0] : 1];
      if (most !== undefined && first !== 0 && goesOn(graph))
        checkedLength(Math.max(0, most), "rounds of a loop");
      const iteration: ValueType = { type: "int64", shape: [] };
      const condition: ValueType = { type: "bool", shape: [] };
      const carried = node.inputs
        .slice(2)
        .map((_, i) => ({ type: type(i + 2), shape: shape(i + 2) }));
      const once = settle(carried, (values) =>
        body(graph, [iteration, condition, ...values]).slice(1),
      );
      return once.map((value, i) =>
        i < carried.length ? value : { ...value, shape: value.shape && [null, ...value.shape] },
      );
    },
    gradient: "unsupported",
  }),

  // Inputs: states, then sequences; the body sees one element of each sequence.
  defineOp({
    type: "Scan",
    ...mixesAll,
    role: "wrapper",
    multiplyAdds: scanCost,
    attributes: {
      body: attr.graph(),
      num_scan_inputs: attr.int(1),
      scan_input_axes: attr.ints(),
      scan_input_directions: attr.ints(),
      scan_output_axes: attr.ints(),
      scan_output_directions: attr.ints(),
    },
    shape({ node, attributes, shape, type, body, opset }) {
      const graph = attributes.body;
      // Opset 8 had another Scan, with a batch axis and lengths.
      if (!graph || opset < 9) return [];
      const stateCount = node.inputs.length - attributes.num_scan_inputs;
      const all = node.inputs.map((_, i) => ({ type: type(i), shape: shape(i) }));
      const sequences = all.slice(stateCount);
      const axes = sequences.map((sequence, i) =>
        sequence.shape
          ? normalizeAxis(attributes.scan_input_axes?.[i] ?? 0, sequence.shape.length)
          : 0,
      );
      const elements = sequences.map((sequence, i) => ({
        type: sequence.type,
        shape: sequence.shape && sequence.shape.toSpliced(axes[i]!, 1),
      }));
      const length = sequences[0]?.shape?.[axes[0]!] ?? null;
      const once = settle(all.slice(0, stateCount), (states) =>
        body(graph, [...states, ...elements]),
      );
      return once.map((value, i) => {
        if (i < stateCount || value.shape === null) return value;
        const rank = value.shape.length + 1;
        const axis = normalizeAxis(attributes.scan_output_axes?.[i - stateCount] ?? 0, rank);
        return { ...value, shape: value.shape.toSpliced(axis, 0, length) };
      });
    },
    gradient: scanGradient,
  }),
];

/**
 * Whether a loop's body never ends the loop by itself: the condition that it yields is the one it was given, or a
 * constant, or comes from outside the loop and so stays what it is.
 */
function goesOn({ nodes, inputs, outputs, initializers }: Graph): boolean {
  const made = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node])));
  let name = outputs[0]?.name ?? "";
  // No more steps than there are nodes: a damaged body may go round in itself.
  for (let steps = 0; steps <= nodes.length; steps++) {
    const node = made.get(name);
    if (node === undefined)
      return name === inputs[1]?.name || initializers.get(name)?.data[0] !== 0;
    if (node.op !== "Identity") return false;
    name = node.inputs[0] ?? "";
  }
  return false;
}

/** Exporters guard what cannot be by an If: a branch that contradicts itself is one that never runs. */
function possible<T>(infer: () => T): T | undefined {
  try {
    return infer();
  } catch (error) {
    if (error instanceof StriateError) return undefined;
    throw error;
  }
}

/**
 * Carried values whose shape changes from one iteration to the next: what changes becomes unknown,
 * until nothing changes any more.
 */
function settle(
  initial: readonly ValueType[],
  iterate: (values: readonly ValueType[]) => ValueType[],
): ValueType[] {
  let values = initial;
  for (let attempt = 0; ; attempt++) {
    const next = iterate(values);
    const common = values.map(({ type, shape }, i) => ({
      type,
      // Lengths become unknown one time, then the rank: three rounds are always enough.
      shape: attempt < 3 ? commonDims(shape, next[i]?.shape ?? null) : null,
    }));
    const same = common.every(
      ({ shape }, i) => JSON.stringify(shape) === JSON.stringify(values[i]!.shape),
    );
    if (same || attempt > 3) return next.map((value, i) => common[i] ?? value);
    values = common;
  }
}

const larger = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? null : Math.max(a, b);

/** The body, once for each element of a sequence. */
function scanCost({
  attributes: { body: graph, num_scan_inputs, scan_input_axes },
  body,
  inputs,
  lengths,
}: CostContext<{
  body: Graph | undefined;
  num_scan_inputs: number;
  scan_input_axes: readonly number[] | undefined;
}>): number | null {
  const sequence = lengths(inputs - num_scan_inputs);
  const steps = sequence?.at(scan_input_axes?.[0] ?? 0);
  const once = body(graph);
  return steps === undefined || once === null ? null : steps * once;
}
