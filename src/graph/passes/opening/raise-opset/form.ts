import type { DataType } from "../../../../base/tensor.ts";
import type { GraphBuilder } from "../../../builder.ts";
import type { Dim, GraphNode } from "../../../graph.ts";

/** What the rewriting of one node may use. */
export interface RaiseContext {
  /** Writes the nodes that stand for the old one. */
  b: GraphBuilder;
  /** The operator set that the node was written for. */
  opset: number;
  /** Element type of a value; float32 where it is not known. */
  type(value: string): DataType;
  /** Shape of a value; null where its rank is not known. */
  shape(value: string): readonly Dim[] | null;
  /** A constant's numbers; undefined for what is computed. */
  numbers(value: string): readonly number[] | undefined;
}

/** How the old form of an op is said in the house's operator set. */
export interface OldForm {
  op: string;
  /** The operator set that brought the new form; older graphs have the old one. */
  before: number;
  /** Writes nodes with the old node's outputs, which compute what it computed. */
  write(node: GraphNode, context: RaiseContext): void;
}

/** The options that keep a node's name and outputs. */
export const sameOutputs = (node: GraphNode) => ({
  outputs: node.outputs,
  ...(node.name === "" ? {} : { name: node.name }),
});

/** The attributes of a node without some. */
export const without = (node: GraphNode, ...names: string[]): GraphNode["attributes"] =>
  Object.fromEntries(Object.entries(node.attributes).filter(([name]) => !names.includes(name)));
