import { largest, smallest } from "../base/extremes.ts";
import { Graph, layout } from "@dagrejs/dagre";
import type { Box } from "./picture.ts";
import type { Point } from "./path.ts";

/** A thing of a known size that is to get a place. */
export interface LayoutNode {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  /** The frame that it lies in. */
  readonly frame?: string;
}

/** A rectangle around nodes, and around other frames. */
export interface LayoutFrame {
  readonly id: string;
  readonly frame?: string;
}

export interface LayoutLink {
  readonly from: string;
  readonly to: string;
}

/** A link with the points that it goes through, from box to box. */
export interface PlacedLink extends LayoutLink {
  readonly points: readonly Point[];
}

export interface LayeredLayout {
  readonly width: number;
  readonly height: number;
  /** By the id of the node. */
  readonly nodes: ReadonlyMap<string, Box>;
  readonly frames: ReadonlyMap<string, Box>;
  readonly links: readonly PlacedLink[];
}

export interface LayeredOptions {
  /** Pixels between neighbours, and between one layer and the next. */
  readonly gapX?: number;
  readonly gapY?: number;
}

/**
 * Places the nodes of a directed graph in layers from top to bottom, so that links go down, are short
 * and cross little.
 *
 * Source: Gansner, Koutsofios, North and Vo, "A Technique for Drawing Directed Graphs", IEEE TSE 1993,
 * as dagre implements it.
 */
export function layeredLayout(
  nodes: readonly LayoutNode[],
  links: readonly LayoutLink[],
  frames: readonly LayoutFrame[] = [],
  { gapX = 26, gapY = 36 }: LayeredOptions = {},
): LayeredLayout {
  const graph = new Graph({ compound: true, multigraph: false });
  graph.setGraph({ rankdir: "TB", nodesep: gapX, edgesep: gapX, ranksep: gapY });
  // Numbers for names: a stranger's name may be one that every object of JavaScript has.
  const numbers = new Map<string, string>();
  const node = (id: string): string => {
    const known = numbers.get(id) ?? `n${numbers.size}`;
    numbers.set(id, known);
    return known;
  };
  // A frame and a node may have one name.
  const key = (frame: string): string => node(`frame\n${frame}`);
  for (const { id, frame } of frames) {
    graph.setNode(key(id), {});
    if (frame !== undefined) graph.setParent(key(id), key(frame));
  }
  for (const { id, width, height, frame } of nodes) {
    graph.setNode(node(id), { width, height });
    if (frame !== undefined) graph.setParent(node(id), key(frame));
  }
  for (const { from, to } of links) graph.setEdge(node(from), node(to), {});
  layout(graph);
  const placed = new Map(
    nodes.map(({ id }) => [id, cornerBox(graph.node(node(id)) as unknown as Box)] as const),
  );
  const routed = links.map(({ from, to }): PlacedLink => {
    const { points } = graph.edge(node(from), node(to)) as unknown as {
      points: { x: number; y: number }[];
    };
    return { from, to, points: points.map(({ x, y }): Point => [x, y]) };
  });
  const size = graph.graph() as { width: number; height: number };
  return {
    width: size.width,
    height: size.height,
    nodes: placed,
    frames: frameBoxes(nodes, frames, placed, routed),
    links: routed,
  };
}

/** Pixels between a frame and what is in it; above, a line of text has room. */
const inside = { side: 16, head: 26, foot: 16 };

/**
 * The frames, as small as what is in them allows: nodes, inner frames, and the links between these.
 * They come outermost first, so that they can be painted in this order.
 */
function frameBoxes(
  nodes: readonly LayoutNode[],
  frames: readonly LayoutFrame[],
  placed: ReadonlyMap<string, Box>,
  links: readonly PlacedLink[],
): Map<string, Box> {
  const outer = new Map(frames.map(({ id, frame }) => [id, frame]));
  const chain = (frame: string | undefined): string[] =>
    frame === undefined ? [] : [...chain(outer.get(frame)), frame];
  const homes = new Map(nodes.map(({ id, frame }) => [id, chain(frame)]));
  const boxes = new Map<string, Box>();
  const deepestFirst = [...frames].sort((a, b) => chain(b.id).length - chain(a.id).length);
  for (const { id } of deepestFirst) {
    const within = (node: string) => homes.get(node)!.includes(id);
    const points = links
      .filter(({ from, to }) => within(from) && within(to))
      .flatMap((link) => link.points.map(([x, y]): Box => ({ x, y, width: 0, height: 0 })));
    const direct = nodes.filter((node) => within(node.id)).map((node) => placed.get(node.id)!);
    const inner = frames.filter((each) => each.frame === id).map((each) => boxes.get(each.id)!);
    const parts = [...direct, ...inner, ...points];
    const left = smallest(parts.map(({ x }) => x)) - inside.side;
    const top = smallest(parts.map(({ y }) => y)) - inside.head;
    const right = largest(parts.map(({ x, width }) => x + width)) + inside.side;
    const bottom = largest(parts.map(({ y, height }) => y + height)) + inside.foot;
    boxes.set(id, { x: left, y: top, width: right - left, height: bottom - top });
  }
  return new Map([...boxes].reverse());
}

/** Dagre places centres. */
const cornerBox = ({ x, y, width, height }: Box): Box => ({
  x: x - width / 2,
  y: y - height / 2,
  width,
  height,
});
