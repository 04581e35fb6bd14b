import type { LayeredLayout, PlacedLink } from "./layered-layout.ts";

/** A level line between rows, and the links that cross it. */
export interface Cut {
  readonly y: number;
  readonly links: readonly PlacedLink[];
}

/**
 * The places where a layout is to be broken so that its parts are about even. It can be broken where all
 * links that cross come from one node, and that node lies in the part that ends there.
 *
 * @returns fewer than asked for where there are no such places
 */
export function columnCuts(layout: LayeredLayout, count: number): Cut[] {
  const possible = possibleCuts(layout);
  const cuts: Cut[] = [];
  const part = layout.height / count;
  let from = 0;
  while (layout.height - from > 1.3 * part) {
    const reachable = possible.filter(
      ({ y, links }) => y > from + 0.4 * part && links[0]!.points[0]![1] > from,
    );
    const aim = from + part;
    const next = reachable.reduce<Cut | undefined>(
      (best, cut) =>
        best === undefined || Math.abs(cut.y - aim) < Math.abs(best.y - aim) ? cut : best,
      undefined,
    );
    if (next === undefined) break;
    cuts.push(next);
    from = next.y;
  }
  return cuts;
}

function possibleCuts(layout: LayeredLayout): Cut[] {
  const boxes = [...layout.nodes.values()].sort((a, b) => a.y - b.y);
  const cuts: Cut[] = [];
  let bottom = -Infinity;
  for (const { y, height } of boxes) {
    if (y > bottom && bottom > -Infinity) {
      const middle = (bottom + y) / 2;
      const links = layout.links.filter(({ points }) => {
        return points[0]![1] < middle && points.at(-1)![1] > middle;
      });
      if (new Set(links.map(({ from }) => from)).size === 1) cuts.push({ y: middle, links });
    }
    bottom = Math.max(bottom, y + height);
  }
  return cuts;
}
