import { noWeights } from "./role.ts";
import { elementwise } from "./rows.ts";

/** The facts of an op that treats each element for itself, with broadcasting. */
export const pointwise = {
  weights: noWeights,
  rows: elementwise,
  sees: "same",
  multiplyAdds: 0,
} as const;

/** The facts of an op of which nothing more is known: it may mix everything. */
export const mixesAll = {
  weights: noWeights,
  rows: "whole",
  sees: "all",
  multiplyAdds: 0,
} as const;
