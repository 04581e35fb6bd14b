import { emptyRecord } from "../../base/empty-record.ts";
import { StriateError } from "../../base/errors.ts";
import { type Dim, type Graph, copyGraph } from "../../graph/graph.ts";
import type { Dims } from "../facts/dims.ts";
import { inferShapes } from "./infer-shapes.ts";

/**
 * A copy of the graph with numbers in place of symbols, and all shapes inferred anew:
 * `bindDims(graph, { N: 64 })`. Symbols that are not named stay.
 */
export function bindDims(graph: Graph, lengths: Readonly<Record<string, number>>): Graph {
  const bind = (shape: Dims): Dims =>
    shape &&
    shape.map((length): Dim =>
      typeof length === "string" && Object.hasOwn(lengths, length) ? lengths[length]! : length,
    );
  const bound = copyGraph(graph);
  for (const value of [...bound.inputs, ...bound.outputs]) value.shape = bind(value.shape);
  for (const [name, { type, shape }] of graph.values)
    bound.values.set(name, { type, shape: bind(shape) });
  inferShapes(bound);
  return bound;
}

/**
 * A copy of the graph whose inputs have these shapes, and all shapes inferred anew. Symbols of an
 * input's axes are bound everywhere; a fixed length is replaced, so that a file with a batch of 1 can
 * be looked at with another.
 */
export function bindInputs(
  graph: Graph,
  shapes: Readonly<Record<string, readonly number[]>>,
): Graph {
  const lengths = emptyRecord<number>();
  let replaced = false;
  const bound = copyGraph(graph);
  for (const [name, shape] of Object.entries(shapes)) {
    const input = bound.inputs.find((value) => value.name === name);
    if (!input) throw new StriateError(`the graph has no input "${name}"`);
    if (input.shape && input.shape.length !== shape.length)
      throw new StriateError(
        `input "${name}" has ${input.shape.length} axes, got a shape of ${shape.length}`,
      );
    for (const [axis, length] of (input.shape ?? []).entries())
      if (typeof length === "string") lengths[length] = shape[axis]!;
      else if (length !== null && length !== shape[axis]) replaced = true;
    input.shape = shape;
  }
  if (replaced) {
    // What was inferred from the fixed length no longer holds.
    bound.values.clear();
    for (const output of bound.outputs) output.shape = output.shape && output.shape.map(() => null);
  }
  return bindDims(bound, lengths);
}
