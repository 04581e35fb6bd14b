import type { Dim } from "../../graph/graph.ts";
import { broadcastShape } from "./arithmetic.ts";
import { attr, defineOp, type OpDefinition } from "../define-op.ts";
import { broadcastDims } from "../facts/dims.ts";
import { sameShape } from "./elementwise.ts";
import { type Known, zip } from "../facts/known.ts";
import { pointwise } from "../facts/pointwise.ts";

// Comparisons, logic, and the choice between two values.

function comparison(type: string, compare: (a: number, b: number) => boolean): OpDefinition {
  return defineOp({
    type,
    ...pointwise,
    role: "arithmetic",
    shape: (context) => broadcastShape(context).map(({ shape }) => ({ type: "bool", shape })),
    known({ known }) {
      const [a, b] = [known(0), known(1)];
      return a && b && zip("bool", [a, b], (p, q) => compareDims(p!, q!, compare));
    },
    gradient: "zero",
  });
}

/** A length that is a symbol is at least 1; of other symbols nothing is known but that they equal themselves. */
function compareDims(a: Dim, b: Dim, compare: (a: number, b: number) => boolean): Dim {
  if (typeof a === "number" && typeof b === "number") return compare(a, b) ? 1 : 0;
  if (a !== null && a === b) return compare(0, 0) ? 1 : 0;
  if (typeof a === "string" && typeof b === "number" && b < 0) return compare(0, b) ? 1 : 0;
  if (typeof b === "string" && typeof a === "number" && a < 0) return compare(a, 0) ? 1 : 0;
  return null;
}

const zero = (type: string, shape: OpDefinition["shape"]): OpDefinition =>
  defineOp({ type, ...pointwise, role: "arithmetic", shape, gradient: "zero" });

export const logicalOps: readonly OpDefinition[] = [
  comparison("Equal", (a, b) => a === b),
  comparison("Less", (a, b) => a < b),
  comparison("LessOrEqual", (a, b) => a <= b),
  comparison("Greater", (a, b) => a > b),
  comparison("GreaterOrEqual", (a, b) => a >= b),
  comparison("And", (a, b) => a !== 0 && b !== 0),
  comparison("Or", (a, b) => a !== 0 || b !== 0),
  comparison("Xor", (a, b) => a !== b),
  zero("Not", sameShape),
  zero("IsNaN", ({ shape }) => [{ type: "bool", shape: shape(0) }]),
  defineOp({
    type: "IsInf",
    ...pointwise,
    role: "arithmetic",
    attributes: { detect_negative: attr.int(1), detect_positive: attr.int(1) },
    shape: ({ shape }) => [{ type: "bool", shape: shape(0) }],
    gradient: "zero",
  }),
  zero("BitwiseAnd", broadcastShape),
  zero("BitwiseOr", broadcastShape),
  zero("BitwiseXor", broadcastShape),
  defineOp({
    type: "BitShift",
    ...pointwise,
    role: "arithmetic",
    attributes: { direction: attr.string() },
    shape: broadcastShape,
    gradient: "zero",
  }),

  // y = c ? a : b: da = g where c, db = g elsewhere
  defineOp({
    type: "Where",
    ...pointwise,
    role: "arithmetic",
    shape: ({ shape, type }) => [
      { type: type(1), shape: broadcastDims([shape(0), shape(1), shape(2)]) },
    ],
    known({ known, type }) {
      const values = [known(0), known(1), known(2)];
      if (values.some((value) => value === undefined)) return undefined;
      return zip(type(1), values as Known[], (condition, a, b) =>
        typeof condition === "number" ? (condition !== 0 ? a! : b!) : a === b ? a! : null,
      );
    },
    gradient: ({ f, grad, inputs: [condition] }) => [
      null,
      f.where(condition!, grad, 0),
      f.where(condition!, 0, grad),
    ],
  }),
];
