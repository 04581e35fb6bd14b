import type { LayerFacts, LayerKind } from "../../layers/define-layer.ts";
import { findOp } from "../../ops/index.ts";
import type { OpRole } from "../../ops/facts/role.ts";

type Named = Readonly<{ domain: string; op: string }>;

/** What an op is to a person; what striate does not know is said to compute something. */
export const roleOf = ({ domain, op }: Named): OpRole => findOp(domain, op)?.role ?? "arithmetic";

/** Ops that change how a value is written, not what it is, are no layers to a person. */
export const isTransparent = (node: Named): boolean => roleOf(node) === "notation";

/**
 * What an ONNX node is as a layer.
 * @param isData whether each of its inputs comes from the photo: an Add of two branches merges, an Add
 *   of a constant computes, a Gather from a constant table embeds
 */
export function layerKind(node: Named, isData: readonly boolean[]): LayerKind {
  const role = roleOf(node);
  if (role === "lookup") return isData[0] ? "reshaping" : "embedding";
  if (role === "notation" || role === "shape") return "other";
  if (role !== "arithmetic") return role;
  return isData.filter(Boolean).length > 1 ? "merging" : "arithmetic";
}

/** What is to be known of an op as a layer beside its kind. */
export function factsOf({ domain, op }: Named): { facts?: LayerFacts } {
  const { shortName, isLayout } = findOp(domain, op) ?? {};
  if (shortName === undefined && isLayout === undefined) return {};
  return { facts: { ...(shortName && { shortName }), ...(isLayout && { isLayout }) } };
}

/** A weight among the inputs of a node. */
export interface NodeWeight {
  name: string;
  /** Statistics are not: no training step moves them by gradient. */
  trainable: boolean;
}

/**
 * What input `i` of a node is called when it is a weight; undefined when a constant there is a setting.
 * Of ops that striate does not know every constant tensor counts.
 */
export function nodeWeight(node: Named, i: number): NodeWeight | undefined {
  const op = findOp(node.domain, node.op);
  if (op === undefined) return { name: `input_${i}`, trainable: true };
  const weight = op.weights[i];
  if (weight === undefined || weight === null) return undefined;
  return typeof weight === "string"
    ? { name: weight, trainable: true }
    : { name: weight.statistic, trainable: false };
}

/** Whether a single number can be a weight of the node: in arithmetic it is a constant of a formula. */
export const takesScalarWeights = (node: Named): boolean => roleOf(node) !== "arithmetic";

/** The outputs of a node that are what it makes of the photo, and neither statistics nor masks. */
export function resultsOf(node: Named & Readonly<{ outputs: readonly string[] }>): string[] {
  const count = findOp(node.domain, node.op)?.results;
  return node.outputs.filter((name) => name !== "").slice(0, count);
}
