import type { Dim } from "../../graph/graph.ts";
import { defineOp, type OpDefinition } from "../define-op.ts";
import { broadcastDims, isConcrete, productOf } from "../facts/dims.ts";
import { filled } from "../facts/known.ts";
import { noWeights } from "../facts/role.ts";
import { type RowContext, type RowResult, sameForAll } from "../facts/rows.ts";
import { type Sight, type SightContext, joined, mixing } from "../facts/sight.ts";

// Repeating elements.

export const expandOps: readonly OpDefinition[] = [
  // The walk sums the gradient down to the input's shape.
  defineOp({
    type: "Expand",
    role: "reshaping",
    weights: noWeights,
    rows: { rule: expandRows, shapeInput: 1 },
    sees: expandSight,
    multiplyAdds: 0,
    shape({ known, shape, type }) {
      const [x, target] = [shape(0), known(1)];
      const rank = shape(1)?.[0];
      const wanted: readonly Dim[] | null =
        target?.items ??
        (typeof rank === "number" && rank <= 64 ? new Array<Dim>(rank).fill(null) : null);
      return [{ type: type(0), shape: broadcastDims([x, wanted]) }];
    },
    known({ known, numbers }) {
      const [x, target] = [known(0), numbers(1)];
      if (x?.items.length !== 1 || !target) return undefined;
      const shape = broadcastDims([x.shape, target]);
      return isConcrete(shape) ? filled(x.type, shape, x.items[0]!) : undefined;
    },
    gradient: ({ grad }) => [grad, null],
  }),

  // dx = the sum of g over the copies
  defineOp({
    type: "Tile",
    role: "reshaping",
    weights: noWeights,
    rows: "whole",
    sees: mixing(({ numbers }) =>
      numbers(1)?.flatMap((times, axis) => (times === 1 ? [] : [axis])),
    ),
    multiplyAdds: 0,
    shape({ known, shape, type }) {
      const [x, repeats] = [shape(0), known(1)];
      return [
        {
          type: type(0),
          shape: x && x.map((length, i) => productOf([length, repeats?.items[i] ?? null])),
        },
      ];
    },
    gradient({ f, grad, shape, outputShape }) {
      const split = shape(0).flatMap((length, axis) =>
        // A length of 0 was repeated to 0.
        [length === 0 ? 1 : outputShape(0)[axis]! / length, length],
      );
      const copies = shape(0).map((_, axis) => 2 * axis);
      return [f.sum(f.reshape(grad, split), copies, false), null];
    },
  }),
];

function expandRows(c: RowContext): RowResult {
  const rows = c.rows(0)!;
  const axis = rows.axis + c.outputShape(0).length - c.shape(0).length;
  return sameForAll(c, { ...rows, axis });
}

function expandSight(c: SightContext<unknown>): Sight | undefined {
  const sight = c.sees(0);
  return sight && joined([{ sight, shape: c.shape(0) }], c.outputShape(0));
}
