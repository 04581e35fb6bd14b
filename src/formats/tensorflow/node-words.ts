import { StriateError } from "../../base/errors.ts";
import type { TfNode } from "./graph-def.ts";

/** Ops that do nothing to the photo's numbers, and so are no layers. */
export const isQuiet = ({ op }: TfNode): boolean =>
  /^(Identity|IdentityN|NoOp|Snapshot|StopGradient|PreventGradient|CheckNumerics|Cast|Placeholder|PlaceholderWithDefault|Const|Shape|Size|Rank|Dequantize)$/i.test(
    op,
  );

/** An input whose rank is not the one that the op asks for is damage. */
export function checkOrder(order: readonly number[], rank: number): void {
  const isPermutation =
    order.length === rank && order.every((axis, i) => axis < rank && order.indexOf(axis) === i);
  if (!isPermutation)
    throw new StriateError(`expected a tensor of ${order.length} axes, got ${rank}`);
}

/** The attributes that a person can read. */
export function configOf(node: TfNode): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(node.attributes).flatMap(([name, { s, i, f, b, list }]): [string, unknown][] => {
      const items = list && [list.i, list.f, list.s].find((some) => some && some.length > 0);
      const value = s ?? i ?? f ?? b ?? items;
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
