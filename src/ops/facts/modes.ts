import type { Tensor } from "../../base/tensor.ts";
import type { GraphBuilder } from "../../graph/builder.ts";
import type { GraphNode } from "../../graph/graph.ts";

/** What a node may use that is written as it behaves in training. */
export interface TrainingContext {
  node: GraphNode;
  /** Writes the node, or what stands for it; its outputs keep their names. */
  b: GraphBuilder;
  /** Shape of input `i`; the batch is null. */
  shape(i: number): readonly (number | null)[];
  /** The elements of input `i`, where it is a constant. */
  constant(i: number): Tensor | undefined;
  /** Whether the training changes input `i`. */
  trained(i: number): boolean;
  /** A tensor that each step draws anew: 0 with probability `rate`, else `1 / (1 - rate)`. */
  dropout(rate: number, shape: readonly (number | null)[]): string;
  /** Says that input `i`, a statistic, takes the value of an output after the step. */
  update(i: number, output: string): void;
}

/** How an op that behaves otherwise in training than at inference is written for each. */
export interface Modes {
  /** The node as it predicts, whatever the file says. */
  inference(node: GraphNode): GraphNode;
  /** Writes the node as it trains. */
  training(context: TrainingContext): void;
}
