import { attribute } from "../attributes.ts";
import type { GraphNode } from "../graph.ts";
import type { GraphFacts } from "./facts.ts";

/** The window of a convolution or pool over two axes, with explicit pads. */
export interface Window2d {
  kernel: readonly [number, number];
  strides: readonly [number, number];
  dilations: readonly [number, number];
  /** Top, left, bottom, right. */
  pads: readonly [number, number, number, number];
  group: number;
}

/**
 * The window of a node with two spatial axes; undefined for other ranks and for pads that the node
 * leaves to be computed (`auto_pad`, `ceil_mode`).
 */
export function window2d(facts: GraphFacts, node: GraphNode): Window2d | undefined {
  const auto = attribute(node, "auto_pad", "string", "NOTSET");
  const ceil = attribute(node, "ceil_mode", "int", 0);
  const shape = facts.shape(node.inputs[0]);
  if (auto !== "NOTSET" || ceil !== 0 || shape?.length !== 4) return undefined;
  const weights = facts.shape(node.inputs[1])?.slice(2);
  const kernel = attribute(node, "kernel_shape", "ints", weights);
  if (kernel?.length !== 2) return undefined;
  return {
    kernel: kernel as unknown as [number, number],
    strides: attribute(node, "strides", "ints", [1, 1]) as [number, number],
    dilations: attribute(node, "dilations", "ints", [1, 1]) as [number, number],
    pads: attribute(node, "pads", "ints", [0, 0, 0, 0]) as [number, number, number, number],
    group: attribute(node, "group", "int", 1),
  };
}

export const isAll = (list: readonly number[], value: number): boolean =>
  list.every((item) => item === value);
