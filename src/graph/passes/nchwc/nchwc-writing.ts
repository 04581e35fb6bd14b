import type { GraphBuilder } from "../../builder.ts";
import type { GraphNode } from "../../graph.ts";
import type { GraphFacts } from "../facts.ts";
import type { Layouts } from "./nchwc-layout.ts";
import type { BlockedWeights } from "./nchwc-weights.ts";

/** A node that is to be written in the blocked layout, and where. */
export interface NchwcWriting {
  node: GraphNode;
  /** Writes into the outer graph, what is the same for all parts of the batch. */
  outer: GraphBuilder;
  /** Whether a value is one of the outer graph. */
  isOuter(value: string): boolean;
  facts: GraphFacts;
  layouts: Layouts;
  weights: BlockedWeights;
  b: GraphBuilder;
  block: number;
  /** Says that another node is written together with this one. */
  take(other: GraphNode): void;
}
