import { stepForm } from "../../gradient/step-form.ts";
import { microBatch } from "../rows/micro-batch.ts";
import type { StepGraph } from "./executor.ts";

export interface OptimizeOptions {
  /** Rows that run through the layers for pictures at once; null for the whole batch. */
  microBatch: number | null;
  /** Passes to leave out, by name. */
  without?: readonly string[];
}

/** The step graph in a faster form: the same inputs and outputs, the same numbers but for rounding. */
export function optimizeStep(step: StepGraph, options: OptimizeOptions): StepGraph {
  let graph = stepForm(step.graph, options.without);
  if (options.microBatch !== null)
    graph = microBatch(graph, {
      rows: step.rows,
      size: options.microBatch,
      inputs: rowInputs(step),
    });
  return { ...step, graph };
}

/** The graph inputs whose first axis is the batch. */
export function rowInputs({ inputs }: StepGraph): string[] {
  const random = inputs.random.filter(({ shape }) => shape[0] === null).map(({ value }) => value);
  return [...inputs.x, ...inputs.y, inputs.rowWeight, ...random];
}
