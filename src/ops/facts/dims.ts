import { largest } from "../../base/extremes.ts";
import { StriateError } from "../../base/errors.ts";
import { formatShape } from "../../base/shape.ts";
import type { Dim } from "../../graph/graph.ts";

/** A shape as far as it is known; null when even the rank is not. */
export type Dims = readonly Dim[] | null;

/**
 * The shape that several shapes broadcast to, by the rule of NumPy and ONNX: aligned at the last axis,
 * a length of 1 stretches, other lengths must agree.
 */
export function broadcastDims(shapes: readonly Dims[]): Dims {
  const known: (readonly Dim[])[] = [];
  for (const shape of shapes) {
    if (shape === null) return null;
    known.push(shape);
  }
  const rank = Math.max(0, largest(known.map((shape) => shape.length)));
  return Array.from({ length: rank }, (_, axis) => {
    const lengths = known
      .map((shape) => shape[axis - rank + shape.length])
      .filter((length) => length !== undefined && length !== 1);
    const number = lengths.find((length) => typeof length === "number");
    if (number !== undefined) {
      if (lengths.some((length) => typeof length === "number" && length !== number))
        throw new StriateError(
          `shapes ${known.map(formatShape).join(" and ")} do not broadcast to one shape`,
        );
      // A symbol beside a number above 1 can only be that number or 1.
      return number;
    }
    const [first = 1, ...rest] = lengths;
    return rest.every((length) => length === first) ? first : null;
  });
}

/** The common shape of values that must agree: what two of them say differently becomes unknown. */
export function commonDims(a: Dims, b: Dims): Dims {
  if (a === null || b === null || a.length !== b.length) return null;
  return a.map((length, axis) => (length === b[axis] ? length : null));
}

/** `a` where it is known, else `b`. */
export function mergeDims(a: Dims, b: Dims): Dims {
  if (a === null) return b;
  if (b === null || a.length !== b.length) return a;
  return a.map((length, axis) => length ?? b[axis]!);
}

/** `a + b`, where it can be said with one number or one symbol. */
export function addDims(a: Dim, b: Dim): Dim {
  if (typeof a === "number" && typeof b === "number") return a + b;
  return b === 0 ? a : a === 0 ? b : null;
}

/** `a - b`, where it can be said with one number or one symbol. */
export function subtractDims(a: Dim, b: Dim): Dim {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return b === 0 ? a : a !== null && a === b ? 0 : null;
}

/** The product of lengths, where it can be said with one number or one symbol. */
export function productOf(dims: readonly Dim[]): Dim {
  return termOf(dims) === null ? null : fromTerm(termOf(dims)!);
}

/** The product of `dims` divided by that of `by`; equal symbols cancel. Null where it is not known. */
export function quotientOf(dims: readonly Dim[], by: readonly Dim[]): Dim {
  const numerator = termOf(dims);
  const denominator = termOf(by);
  if (numerator === null || denominator === null || denominator.factor === 0) return null;
  const symbols = [...numerator.symbols];
  for (const symbol of denominator.symbols) {
    const at = symbols.indexOf(symbol);
    if (at < 0) return null;
    symbols.splice(at, 1);
  }
  const factor = numerator.factor / denominator.factor;
  return Number.isInteger(factor) ? fromTerm({ factor, symbols }) : null;
}

/** A product of lengths: a number times symbols. */
interface Term {
  factor: number;
  symbols: string[];
}

function termOf(dims: readonly Dim[]): Term | null {
  const term: Term = { factor: 1, symbols: [] };
  let unknown = false;
  for (const length of dims)
    if (typeof length === "number") term.factor *= length;
    else if (length === null) unknown = true;
    else term.symbols.push(length);
  if (term.factor === 0) return { factor: 0, symbols: [] };
  return unknown ? null : term;
}

function fromTerm({ factor, symbols }: Term): Dim {
  if (symbols.length === 0) return factor;
  return symbols.length === 1 && factor === 1 ? symbols[0]! : null;
}

/** Whether every length is a number. */
export function isConcrete(shape: Dims): shape is readonly number[] {
  return shape !== null && shape.every((length) => typeof length === "number");
}
