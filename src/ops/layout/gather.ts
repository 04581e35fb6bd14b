import { StriateError } from "../../base/errors.ts";
import { formatShape, normalizeAxis } from "../../base/shape.ts";
import { attr, defineOp, type OpDefinition } from "../define-op.ts";
import { sameShape } from "../arithmetic/elementwise.ts";
import {
  gatherElementsGradient,
  gatherGradient,
  gatherNDGradient,
  scatterElementsGradient,
  scatterNDGradient,
} from "./gather-gradient.ts";
import { known } from "../facts/known.ts";
import { mixesAll } from "../facts/pointwise.ts";
import { type RowContext, type RowResult, axisAttribute } from "../facts/rows.ts";
import type { Sight, SightContext } from "../facts/sight.ts";

// Reading and writing at indices.

export const gatherOps: readonly OpDefinition[] = [
  defineOp({
    type: "Gather",
    role: "lookup",
    weights: ["embeddings"],
    rows: { rule: gatherRows },
    sees: gatherSight,
    multiplyAdds: 0,
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
    ...mixesAll,
    role: "arithmetic",
    attributes: { axis: attr.int(0) },
    shape: ({ shape, type }) => [{ type: type(0), shape: shape(1) }],
    gradient: gatherElementsGradient,
  }),
  defineOp({
    type: "GatherND",
    ...mixesAll,
    sees: gatherNDSight,
    role: "arithmetic",
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
    ...mixesAll,
    role: "arithmetic",
    attributes: { axis: attr.int(0), reduction: attr.string("none") },
    shape: sameShape,
    gradient: scatterElementsGradient,
  }),
  defineOp({
    type: "Scatter",
    ...mixesAll,
    role: "arithmetic",
    attributes: { axis: attr.int(0) },
    shape: sameShape,
    gradient: "unsupported",
  }),
  defineOp({
    type: "ScatterND",
    ...mixesAll,
    role: "arithmetic",
    attributes: { reduction: attr.string("none") },
    shape: sameShape,
    gradient: scatterNDGradient,
  }),
];

/** The index has no rows of its own. */
function gatherRows(c: RowContext): RowResult {
  const rows = c.rows(0);
  if (rows === null || c.rows(1)) return null;
  const [axis] = axisAttribute(0)(c, c.shape(0).length);
  if (axis === rows.axis || rows.offset !== undefined) return null;
  const added = axis! < rows.axis ? c.shape(1).length - 1 : 0;
  return [{ axis: rows.axis + added, each: rows.each }];
}

/** Picking along another axis than the picture's leaves its axes as they are. */
function gatherSight(c: SightContext<{ axis: number }>): Sight | undefined {
  const [sight, indices] = [c.sees(0), c.shape(1)];
  if (sight === undefined || sight === "all" || c.sees(1) !== undefined) return "all";
  const axis = normalizeAxis(c.attributes.axis, sight.length);
  if (sight[axis]) return "all";
  return indices ? sight.toSpliced(axis, 1, ...indices.map(() => null)) : undefined;
}

/**
 * Constant indices pick along the axes in front, and leave the others as they are: PyTorch's exporter flips the
 * colours with it, `x[:, [2, 1, 0]]`, the channels in front.
 */
function gatherNDSight(c: SightContext<{ batch_dims: number }>): Sight | undefined {
  const [sight, indices] = [c.sees(0), c.shape(1)];
  const depth = indices?.at(-1);
  if (sight === undefined || sight === "all" || c.sees(1) !== undefined) return "all";
  if (c.attributes.batch_dims !== 0 || typeof depth !== "number") return "all";
  if (sight.slice(0, depth).some(Boolean)) return "all";
  return sight.toSpliced(0, depth, ...indices!.slice(0, -1).map(() => null));
}
