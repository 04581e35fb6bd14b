import type { GraphFacts } from "./facts.ts";

/**
 * A pattern for the expression that makes a value. A string is a name for whatever stands there: equal
 * names must be equal values. A number is a constant of which every element is that number. Else it is
 * an op with patterns for its inputs; those of Add, Mul and Sum may stand in any order.
 */
export type Pattern = string | number | OpPattern;
export interface OpPattern {
  readonly op: string;
  readonly inputs: readonly Pattern[];
}

/** The pattern of an op with these inputs. */
export const op = (name: string, ...inputs: Pattern[]): OpPattern => ({ op: name, inputs });

export type Bindings = Readonly<Record<string, string>>;

const commutative = new Set(["Add", "Mul", "Sum"]);

/**
 * Matches the expression that makes a value.
 *
 * @param given names that are bound already
 * @returns all bound names; undefined where the pattern does not fit
 */
export function matchPattern(
  facts: GraphFacts,
  value: string | undefined,
  pattern: Pattern,
  given: Bindings = {},
): Bindings | undefined {
  if (value === undefined || value === "") return undefined;
  if (typeof pattern === "number") return facts.number(value) === pattern ? given : undefined;
  if (typeof pattern === "string") {
    const bound = given[pattern];
    if (bound !== undefined) return bound === value ? given : undefined;
    return { ...given, [pattern]: value };
  }
  const { op, inputs: patterns } = pattern;
  const maker = facts.maker(value, op);
  if (maker === undefined || patterns.length > maker.inputs.length) return undefined;
  // A pattern may leave out inputs at the end: axes, shapes.
  if (commutative.has(op) && patterns.length !== maker.inputs.length) return undefined;
  return matchInputs(facts, maker.inputs, patterns, given, commutative.has(op));
}

function matchInputs(
  facts: GraphFacts,
  inputs: readonly string[],
  [first, ...rest]: readonly Pattern[],
  given: Bindings,
  anyOrder: boolean,
): Bindings | undefined {
  if (first === undefined) return given;
  for (const [i, input] of inputs.entries()) {
    if (i > 0 && !anyOrder) break;
    const bound = matchPattern(facts, input, first, given);
    const others = inputs.filter((_, k) => k !== i);
    const all = bound && matchInputs(facts, others, rest, bound, anyOrder);
    if (all) return all;
  }
  return undefined;
}
