import { emptyRecord } from "../../../base/empty-record.ts";
import { type Tensor, bytesOf } from "../../../base/tensor.ts";
import type { Graph } from "../../graph.ts";

/** Weights below this size, in bytes, are copied sooner than lent. */
const SMALL = 1 << 16;

/**
 * Makes inputs of a graph's weights: an engine copies its constants and packs the copies, and reads its
 * inputs where they lie. Small ones stay, and whatever is not float32: quantised ops want constants.
 *
 * @returns a new graph, and the weights that have to be fed to it, by name
 */
export function lendWeights(graph: Graph): { graph: Graph; weights: Record<string, Tensor> } {
  const initializers = new Map(graph.initializers);
  const inputs = [...graph.inputs];
  const weights = emptyRecord<Tensor>();
  const taken = new Set(inputs.map(({ name }) => name));
  for (const [name, value] of graph.initializers) {
    if (value.type !== "float32" || bytesOf(value).length < SMALL || taken.has(name)) continue;
    initializers.delete(name);
    inputs.push({ name, type: value.type, shape: value.shape });
    weights[name] = value;
  }
  return { graph: { ...graph, inputs, initializers }, weights };
}

/** Bytes of weights from which on copies of them are more than a network is worth. */
const LARGE = 1 << 25;

/**
 * Whether a network's weights had better be lent: an engine that packs constants for speed takes two
 * copies of them, and more time for that than it saves in a dozen runs.
 */
export const isLarge = (graph: Graph): boolean => weightBytes(graph) >= LARGE;

/** Bytes of all weights. */
export function weightBytes(graph: Graph): number {
  let total = 0;
  for (const value of graph.initializers.values())
    if (value.type !== "string") total += bytesOf(value).length;
  return total;
}
