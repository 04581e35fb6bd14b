import { normalizeAxis } from "../../base/shape.ts";
import { attribute } from "../../graph/attributes.ts";
import type { GraphNode } from "../../graph/graph.ts";
import type { GraphFacts } from "../../graph/passes/facts.ts";

/**
 * How the rows of a batch lie in a value: axis `axis` has length `rows * each`, the row counting
 * slowest, and what belongs to a row depends on that row alone.
 */
export interface RowAxis {
  axis: number;
  each: number;
  /**
   * The value is an index that counts from the first row: its elements are those of the row alone
   * plus `offset` for each row before it.
   */
  offset?: number;
}

/**
 * What a node makes when its inputs have rows: rows again, output by output; `"sum"`: a sum over rows
 * to which each part of a batch adds its share; or null: it needs the whole batch at once.
 */
export type RowResult = readonly RowAxis[] | "sum" | null;

export interface RowContext {
  node: GraphNode;
  facts: GraphFacts;
  /** Rows of the batch. */
  count: number;
  /** Rows of input `i`; null where it is the same for all rows, or missing. */
  rows(i: number): RowAxis | null;
  shape(i: number): readonly number[];
  outputShape(i: number): readonly number[];
}

export type RowRule = (context: RowContext) => RowResult;

/** What an op does to the rows of a batch; `"whole"`: it may do anything, and needs all of them. */
export type Rows = "whole" | RowFacts;

export interface RowFacts {
  rule: RowRule;
  /** Inputs meet element by element, so that one that is repeated for each row can be cut to length. */
  cutsRepeated?: boolean;
  /** The input that says the shape of the output. */
  shapeInput?: number;
}

/** The rows as they are in input 0, for ops that treat the other axes. */
export function sameForAll(c: RowContext, rows: RowAxis | null): RowResult {
  return rows === null || rows.offset !== undefined ? null : c.node.outputs.map(() => rows);
}

/** The rule of an op that needs the rows on the first axis, and leaves them there. */
export const firstAxis: RowRule = (c) => (c.rows(0)?.axis === 0 ? sameForAll(c, c.rows(0)!) : null);

/** The rule of an op whose statistics or parameters, the inputs behind the first, have no rows. */
export const firstAxisOnly: RowRule = (c) =>
  c.node.inputs.some((_, i) => i > 0 && c.rows(i)) ? null : firstAxis(c);

/** The rule of an op that treats space, and neither batch nor channels. */
export const batchOrChannels: RowRule = (c) =>
  c.rows(0)!.axis <= 1 ? sameForAll(c, c.rows(0)) : null;

/** Ops that change or join other axes only; `axes` names those that they treat. */
export const besides =
  (axes: (c: RowContext, rank: number) => readonly number[] | undefined): RowRule =>
  (c) => {
    const rows = c.rows(0);
    const treated = rows && axes(c, c.shape(0).length);
    return treated?.includes(rows!.axis) === false ? sameForAll(c, rows) : null;
  };

/** The one axis that an attribute names. */
export const axisAttribute =
  (fallback: number) =>
  ({ node }: RowContext, rank: number): number[] => [
    normalizeAxis(attribute(node, "axis", "int", fallback), rank),
  ];

/**
 * Element by element, with broadcasting: the rows of all inputs must lie on the same axis.
 *
 * @param shift the offset of a result whose other operand `i` has an element of its own for each row
 */
export function elementwiseRows(
  c: RowContext,
  shift?: (i: number, axis: number) => number | undefined,
): RowResult {
  const rank = c.outputShape(0).length;
  const inputs = c.node.inputs.map((_, i) => i);
  const aligned = (i: number) => c.shape(i).length - rank;
  let found: RowAxis | null = null;
  for (const i of inputs) {
    const rows = c.rows(i);
    if (rows === null) continue;
    if (rows.offset !== undefined) return null;
    const axis = rows.axis - aligned(i);
    if (found !== null && (found.axis !== axis || found.each !== rows.each)) return null;
    found = { axis, each: rows.each };
  }
  if (found === null) return null;
  const { axis, each } = found;
  let offset: number | undefined;
  for (const i of inputs) {
    const length = c.shape(i)[axis + aligned(i)] ?? 1;
    if (c.rows(i) !== null || length === 1) continue;
    if (isRepeated(c.facts, c.node.inputs[i]!, axis + aligned(i))) continue;
    offset = each === 1 ? shift?.(i, axis + aligned(i)) : undefined;
    if (offset === undefined) return null;
  }
  return c.node.outputs.map(() => ({ axis, each, ...(offset === undefined ? {} : { offset }) }));
}

/** Of an op that works element by element. */
export const elementwise: RowFacts = { rule: (c) => elementwiseRows(c), cutsRepeated: true };

/** Of a sum: the number of the row times a constant may be added, which is how MaxUnpool wants its indices. */
export const elementwiseSum: RowFacts = {
  rule: (c) => elementwiseRows(c, (i, axis) => rowStep(c, i, axis)),
  cutsRepeated: true,
};

/** Of an op that passes its input on as it is, indices too. */
export const passedOn: RowFacts = {
  rule: (c) => c.node.outputs.map(() => c.rows(0)!),
  cutsRepeated: true,
};

/** Whether a value is one slice repeated along an axis, so that any part of it serves as well. */
export function isRepeated(facts: GraphFacts, name: string, axis: number): boolean {
  const maker = facts.maker(name);
  if (maker?.op === "ConstantOfShape") return true;
  if (maker?.op !== "Expand") return false;
  const [from, to] = [facts.shape(maker.inputs[0]), facts.shape(name)];
  return from !== undefined && (from[axis + from.length - to!.length] ?? 1) === 1;
}

/** The step of a constant whose elements are `row * step`, one for each row. */
function rowStep(c: RowContext, i: number, axis: number): number | undefined {
  const values = c.facts.integers(c.node.inputs[i]);
  const shape = c.shape(i);
  if (values?.length !== c.count || shape[axis] !== c.count) return undefined;
  const step = values[1]!;
  return values.every((value, row) => value === row * step) ? step : undefined;
}
