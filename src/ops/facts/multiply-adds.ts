import { sizeOf } from "../../base/shape.ts";
import type { Graph } from "../../graph/graph.ts";

/** What a cost may depend on. A free batch counts as one row. */
export interface CostContext<A> {
  attributes: A;
  /** Number of inputs. */
  inputs: number;
  /** Shape of input `i`; undefined where a length is not known. */
  lengths(i: number): readonly number[] | undefined;
  outputLengths(i: number): readonly number[] | undefined;
  /** Multiply-adds of a body; null where they are not known. */
  body(graph: Graph | undefined): number | null;
}

/**
 * Multiply-adds of an op for one row of a batch, null where a length is not known; 0 for one that
 * multiplies nothing with a weight.
 */
export type MultiplyAdds<A> = 0 | ((context: CostContext<A>) => number | null);

/** So many products for each of so many elements. */
export function forEach(
  elements: readonly number[] | undefined,
  products: readonly number[] | undefined,
): number | null {
  return elements && products ? sizeOf(elements) * sizeOf(products) : null;
}
