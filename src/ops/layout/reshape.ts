import { StriateError } from "../../base/errors.ts";
import { formatShape, normalizeAxis, sizeOf } from "../../base/shape.ts";
import type { Dim } from "../../graph/graph.ts";
import {
  attr,
  defineOp,
  type GradientContext,
  type OpDefinition,
  type ShapeContext,
} from "../define-op.ts";
import type { InputFacts } from "../facts/input-facts.ts";
import { isConcrete, productOf, quotientOf, type Dims } from "../facts/dims.ts";
import { known } from "../facts/known.ts";
import { noWeights } from "../facts/role.ts";
import type { RowContext, RowResult } from "../facts/rows.ts";
import type { AxisSight, Sight, SightContext } from "../facts/sight.ts";

// Ops that give the same elements another shape. The gradient takes the input's shape again.

const backToInput = ({ f, grad, inputs, shape }: GradientContext<unknown>) => [
  f.reshape(grad, shape(0)),
  ...inputs.slice(1).map(() => null),
];

/** The same elements under the shape that the shape rule says, where that is known. */
function sameItems(type: string, shape: (context: ShapeContext<never>) => Dims) {
  return (context: ShapeContext<never>) => {
    const x = context.known(0);
    const target = x && shape(context);
    return target && isConcrete(target) ? known(x.type, target, x.items) : undefined;
  };
}

function reshaping<const S extends NonNullable<OpDefinition["attributes"]>>(
  type: string,
  attributes: S,
  dims: (
    context: ShapeContext<{ [K in keyof S]: S[K] extends { default: infer T } ? T : never }>,
  ) => Dims,
  shapeInput?: number,
): OpDefinition {
  return defineOp({
    type,
    role: "reshaping",
    weights: noWeights,
    rows: { rule: reshapeRows, ...(shapeInput === undefined ? {} : { shapeInput }) },
    sees: reshapeSight,
    multiplyAdds: 0,
    attributes,
    shape: (context) => [{ type: context.type(0), shape: dims(context as never) }],
    known: sameItems(type, dims as never) as never,
    gradient: backToInput,
  });
}

/** The axes of Squeeze and Unsqueeze: an attribute before opset 13, an input since. */
function axesOf({ attributes, has, numbers }: InputFacts<{ axes: readonly number[] | undefined }>) {
  return has(1) ? (numbers(1) ?? null) : attributes.axes;
}

export const reshapeOps: readonly OpDefinition[] = [
  reshaping("Reshape", { allowzero: attr.int(0), shape: attr.ints() }, reshapeDims, 1),
  reshaping("Flatten", { axis: attr.int(1) }, ({ attributes, shape }) => {
    const x = shape(0);
    if (x === null) return [null, null];
    const axis = attributes.axis === x.length ? x.length : normalizeAxis(attributes.axis, x.length);
    return [productOf(x.slice(0, axis)), productOf(x.slice(axis))];
  }),
  reshaping("Squeeze", { axes: attr.ints() }, (context) => {
    const x = context.shape(0);
    const axes = axesOf(context);
    if (x === null || axes === null) return null;
    if (axes === undefined) return x.includes(null) ? null : x.filter((length) => length !== 1);
    const gone = axes.map((axis) => normalizeAxis(axis, x.length));
    for (const axis of gone)
      if (typeof x[axis] === "number" && x[axis] !== 1)
        throw new StriateError(
          `axis ${axis} of ${formatShape(x)} should have length 1 to be dropped`,
        );
    return x.filter((_, axis) => !gone.includes(axis));
  }),
  reshaping("Unsqueeze", { axes: attr.ints() }, (context) => {
    const x = context.shape(0);
    const axes = axesOf(context);
    if (x === null || !axes) return null;
    const rank = x.length + axes.length;
    const added = axes.map((axis) => normalizeAxis(axis, rank));
    const rest = [...x];
    return Array.from({ length: rank }, (_, axis) => (added.includes(axis) ? 1 : rest.shift()!));
  }),
];

function reshapeDims({
  attributes: { allowzero, shape: oldShape },
  shape,
  known: knownOf,
}: ShapeContext<{ allowzero: number; shape: readonly number[] | undefined }>): Dims {
  const x = shape(0);
  // Until opset 4 the target was an attribute.
  const target: readonly Dim[] | undefined = oldShape ?? knownOf(1)?.items;
  if (target === undefined) {
    const rank = shape(1)?.[0];
    return typeof rank === "number" && rank <= 64 ? new Array<Dim>(rank).fill(null) : null;
  }
  const dims = target.map((length, axis) =>
    length === 0 && !allowzero ? (x?.[axis] ?? null) : length,
  );
  const open = dims.indexOf(-1);
  const rest = dims.filter((_, axis) => axis !== open);
  if (open < 0) {
    const [from, to] = [x && productOf(x), productOf(rest)];
    if (typeof from === "number" && typeof to === "number" && from !== to) throw misfit(x!, target);
    // One length that Shape arithmetic lost can be told from the others.
    const lost = dims.indexOf(null);
    if (lost >= 0 && x && dims.lastIndexOf(null) === lost)
      dims[lost] = quotientOf(x, dims.toSpliced(lost, 1));
    return dims;
  }
  const length = x && quotientOf(x, rest);
  if (x && length === null && isConcrete(x) && isConcrete(rest) && productOf(rest) !== 0)
    throw misfit(x, target);
  dims[open] = length;
  return dims;
}

function misfit(x: readonly Dim[], target: readonly Dim[]): StriateError {
  return new StriateError(`cannot reshape ${formatShape(x)} to ${formatShape(target)}`);
}

/** The axis of the new shape at which what the rows enclose stays together. */
function reshapeRows(c: RowContext): RowResult {
  const rows = c.rows(0);
  if (rows === null || rows.offset !== undefined) return null;
  const outside = sizeOf(c.shape(0).slice(0, rows.axis));
  const shape = c.outputShape(0);
  for (let axis = 0, before = 1; axis < shape.length; before *= shape[axis++]!)
    if (before === outside && shape[axis]! % c.count === 0)
      return [{ axis, each: shape[axis]! / c.count }];
  return null;
}

/** An axis of the picture stays one where it keeps its length and what lies behind it. */
function reshapeSight(c: SightContext<unknown>): Sight | undefined {
  const sight = c.sees(0);
  if (sight === undefined || sight === "all") return sight;
  const [from, to] = [c.shape(0), c.outputShape(0)];
  if (from === null || to === null) return undefined;
  const result: (AxisSight | null)[] = to.map(() => null);
  let next = 0;
  for (const [axis, seen] of sight.entries()) {
    if (seen === null) continue;
    const behind = productOf(from.slice(axis + 1));
    const at = to.findIndex(
      (length, i) =>
        i >= next &&
        length !== null &&
        length === from[axis] &&
        behind !== null &&
        productOf(to.slice(i + 1)) === behind,
    );
    if (at < 0) return "all";
    result[at] = seen;
    next = at + 1;
  }
  return result;
}
