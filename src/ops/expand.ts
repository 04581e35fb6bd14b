import type { Dim } from "../graph/graph.ts";
import { defineOp, type OpDefinition } from "./define-op.ts";
import { broadcastDims, isConcrete, productOf } from "./dims.ts";
import { filled } from "./known.ts";

// Repeating elements.

export const expandOps: readonly OpDefinition[] = [
  // The walk sums the gradient down to the input's shape.
  defineOp({
    type: "Expand",
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
