import { StriateError } from "../base/errors.ts";
import { formatShape, normalizeAxis } from "../base/shape.ts";
import { attr, defineOp, type OpDefinition } from "./define-op.ts";
import { sameShape } from "./elementwise.ts";
import {
  gatherElementsGradient,
  gatherGradient,
  gatherNDGradient,
  scatterElementsGradient,
  scatterNDGradient,
} from "./gather-gradient.ts";
import { known } from "./known.ts";

// Reading and writing at indices.

export const gatherOps: readonly OpDefinition[] = [
  defineOp({
    type: "Gather",
    attributes: { axis: attr.int(0) },
    shape({ attributes, shape, type }) {
      const [x, indices] = [shape(0), shape(1)];
      if (x === null || indices === null) return [{ type: type(0), shape: null }];
      const axis = normalizeAxis(attributes.axis, x.length);
      return [{ type: type(0), shape: [...x.slice(0, axis), ...indices, ...x.slice(axis + 1)] }];
    },
    known({ known: of, numbers }) {
      const [x, indices] = [of(0), of(1)];
      const at = numbers(1);
      if (x?.shape.length !== 1 || !indices || !at) return undefined;
      const items = at.map((i) => x.items[i < 0 ? i + x.items.length : i] ?? null);
      return known(x.type, indices.shape, items);
    },
    gradient: gatherGradient,
  }),
  defineOp({
    type: "GatherElements",
    attributes: { axis: attr.int(0) },
    shape: ({ shape, type }) => [{ type: type(0), shape: shape(1) }],
    gradient: gatherElementsGradient,
  }),
  defineOp({
    type: "GatherND",
    attributes: { batch_dims: attr.int(0) },
    shape({ attributes: { batch_dims }, shape, type }) {
      const [x, indices] = [shape(0), shape(1)];
      const depth = indices?.at(-1);
      if (x === null || indices === null || typeof depth !== "number")
        return [{ type: type(0), shape: null }];
      if (batch_dims + depth > x.length)
        throw new StriateError(
          `indices ${formatShape(indices)} point ${depth} deep into ${formatShape(x)}`,
        );
      return [{ type: type(0), shape: [...indices.slice(0, -1), ...x.slice(batch_dims + depth)] }];
    },
    gradient: gatherNDGradient,
  }),
  defineOp({
    type: "ScatterElements",
    attributes: { axis: attr.int(0), reduction: attr.string("none") },
    shape: sameShape,
    gradient: scatterElementsGradient,
  }),
  defineOp({
    type: "Scatter",
    attributes: { axis: attr.int(0) },
    shape: sameShape,
    gradient: "unsupported",
  }),
  defineOp({
    type: "ScatterND",
    attributes: { reduction: attr.string("none") },
    shape: sameShape,
    gradient: scatterNDGradient,
  }),
];
