import { sizeOf } from "../../base/shape.ts";
import type { Dim, ValueType } from "../../graph/graph.ts";
import { attr, defineOp, type AttributeSpecs, type OpDefinition } from "../define-op.ts";
import type { CostContext } from "../facts/multiply-adds.ts";

// Recurrent layers: x [steps, batch, features], or [batch, steps, features] with layout 1.

const recurrentAttributes = {
  activation_alpha: attr.floats(),
  activation_beta: attr.floats(),
  activations: attr.strings(),
  clip: attr.float(),
  direction: attr.string("forward"),
  hidden_size: attr.int(),
  layout: attr.int(0),
};

export const recurrentOps: readonly OpDefinition[] = [
  recurrent("RNN", 1),
  recurrent("GRU", 1, { linear_before_reset: attr.int(0) }),
  recurrent("LSTM", 2, { input_forget: attr.int(0) }),
];

/** @param states how many states it carries: LSTM has a cell beside the hidden state */
function recurrent(type: string, states: number, extra: AttributeSpecs = {}): OpDefinition {
  return defineOp({
    type,
    role: "recurrent",
    weights: [null, "kernel", "recurrent_kernel", "bias"],
    rows: "whole",
    sees: "all",
    multiplyAdds: recurrentCost,
    attributes: { ...recurrentAttributes, ...extra },
    shape({ attributes, shape, type: typeOf }): ValueType[] {
      const { direction, hidden_size, layout } = attributes;
      const [x, recurrence] = [shape(0), shape(2)];
      const directions: Dim = direction === "bidirectional" ? 2 : 1;
      const hidden: Dim = (hidden_size as number | undefined) ?? recurrence?.at(-1) ?? null;
      const [steps, batch] = layout ? [x?.[1], x?.[0]] : [x?.[0], x?.[1]];
      const [n, t] = [batch ?? null, steps ?? null];
      const all = layout ? [n, t, directions, hidden] : [t, directions, n, hidden];
      const last = layout ? [n, directions, hidden] : [directions, n, hidden];
      return [
        { type: typeOf(0), shape: all },
        // bounded: one or two
        ...Array.from({ length: states }, () => ({ type: typeOf(0), shape: last })),
      ];
    },
    gradient: "unsupported",
  });
}

/** Each step multiplies its features and the state before it. */
function recurrentCost({ lengths, ...c }: CostContext<Record<string, unknown>>): number | null {
  const [x, kernel, recurrence] = [lengths(0), lengths(1), lengths(2)];
  if (!x || !kernel || !recurrence) return null;
  const [steps, rows] = c.attributes["layout"] ? [x[1]!, x[0]!] : [x[0]!, x[1]!];
  return steps * rows * (sizeOf(kernel) + sizeOf(recurrence));
}
