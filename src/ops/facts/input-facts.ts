import type { DataType, Tensor } from "../../base/tensor.ts";
import type { GraphNode } from "../../graph/graph.ts";

/** What a rule may ask about a node's inputs. */
export interface InputFacts<A> {
  node: GraphNode;
  attributes: A;
  /** The version of the op's domain that the graph uses. */
  opset: number;
  /** Whether input `i` is given. */
  has(i: number): boolean;
  /** Element type of input `i`; an error when the input is missing. */
  type(i: number): DataType;
  /** The value of input `i` where it is known without running anything. */
  constant(i: number): Tensor | undefined;
  /** The same as plain numbers; for axes, pads and the like. */
  numbers(i: number): readonly number[] | undefined;
}
