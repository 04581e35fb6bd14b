import { describe, expect, it } from "vitest";
import { columnLayout } from "./column-layout.ts";
import { openBox, roundedBox } from "./flow-line.ts";
import { type LayoutLink, type LayoutNode, layeredLayout } from "./layered-layout.ts";
import type { Box } from "./picture.ts";

const node = (id: string, frame?: string): LayoutNode => ({
  ...{ id, width: 200, height: 60 },
  ...(frame === undefined ? {} : { frame }),
});
const chain = (count: number): LayoutLink[] =>
  Array.from({ length: count - 1 }, (_, i) => ({ from: `n${i}`, to: `n${i + 1}` }));
const nodes = (count: number) => Array.from({ length: count }, (_, i) => node(`n${i}`));

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
const holds = (outer: Box, inner: Box): boolean =>
  outer.x <= inner.x &&
  outer.y <= inner.y &&
  outer.x + outer.width >= inner.x + inner.width &&
  outer.y + outer.height >= inner.y + inner.height;

function expectApart(boxes: ReadonlyMap<string, Box>): void {
  const list = [...boxes];
  list.forEach(([a, box], i) => {
    for (const [b, other] of list.slice(i + 1))
      expect(overlap(box, other), `${a} over ${b}`).toBe(false);
  });
}

/** Blocks of a residual network: three layers beside a link that skips them. */
const residual = (blocks: number): LayoutLink[] => [
  ...chain(3 * blocks + 1),
  ...Array.from({ length: blocks }, (_, i) => ({ from: `n${3 * i}`, to: `n${3 * i + 3}` })),
];

describe("a layered layout", () => {
  it("puts every node below those that it reads, none over another", () => {
    const layout = layeredLayout(nodes(13), residual(4));
    for (const { from, to } of layout.links) {
      const [a, b] = [layout.nodes.get(from)!, layout.nodes.get(to)!];
      expect(b.y).toBeGreaterThan(a.y + a.height);
    }
    expectApart(layout.nodes);
  });

  it("leads a link that skips nodes past them", () => {
    const layout = layeredLayout(nodes(4), residual(1));
    const skip = layout.links.find(({ from, to }) => from === "n0" && to === "n3")!;
    for (const id of ["n1", "n2"]) {
      const { x, y, width, height } = layout.nodes.get(id)!;
      for (const [px, py] of skip.points)
        expect(px > x && px < x + width && py > y && py < y + height).toBe(false);
    }
  });

  it("puts frames around what is in them and nothing else, outer ones first", () => {
    const all = [node("a"), node("b", "in"), node("c", "in"), node("d", "out"), node("e")];
    const links = [
      { from: "a", to: "b" },
      { from: "b", to: "c" },
      { from: "c", to: "d" },
      { from: "d", to: "e" },
      { from: "a", to: "e" },
    ];
    const { frames, nodes: placed } = layeredLayout(all, links, [
      { id: "in", frame: "out" },
      { id: "out" },
    ]);
    expect([...frames.keys()]).toEqual(["out", "in"]);
    const [outer, inner] = [frames.get("out")!, frames.get("in")!];
    expect(holds(outer, inner)).toBe(true);
    for (const id of ["b", "c"]) expect(holds(inner, placed.get(id)!)).toBe(true);
    for (const id of ["a", "d", "e"]) expect(overlap(inner, placed.get(id)!)).toBe(false);
    for (const id of ["a", "e"]) expect(overlap(outer, placed.get(id)!)).toBe(false);
  });
});

describe("columns", () => {
  it("leave a layout whole that fits a page", () => {
    const layout = layeredLayout(nodes(10), chain(10));
    const columns = columnLayout(layout);
    expect(columns.height).toBe(layout.height);
    expect(columns.width).toBe(200);
    expect(columns.heads).toHaveLength(9);
  });

  it.each([
    ["a chain", 60, chain(60)],
    ["a residual network", 61, residual(20)],
  ])("break %s into even parts, each node once, each link drawn", (_, count, links) => {
    const layout = layeredLayout(nodes(count), links);
    const columns = columnLayout(layout);
    expect(columns.height).toBeLessThan(layout.height / 2);
    expect(columns.width / columns.height).toBeGreaterThan(0.8);
    expect(columns.nodes.size).toBe(count);
    expectApart(columns.nodes);
    // One arrow a link, at the middle of the upper edge of its node.
    expect(columns.heads).toHaveLength(links.length);
    for (const { to } of links) {
      const { x, y, width } = columns.nodes.get(to)!;
      expect(
        columns.heads.some(([hx, hy]) => Math.abs(hx - x - width / 2) + Math.abs(hy - y) < 1e-6),
      ).toBe(true);
    }
    for (const { x, y, width, height } of columns.nodes.values()) {
      expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
      expect(x + width).toBeLessThanOrEqual(columns.width + 1e-6);
      expect(y + height).toBeLessThanOrEqual(columns.height);
    }
  });

  it("do not cut where links of two nodes cross", () => {
    // Two chains side by side: nowhere does one line lead on.
    const links = [...chain(40)].filter(({ from }) => from !== "n19");
    const layout = layeredLayout(nodes(40), links);
    expect(columnLayout(layout, { maxHeight: 300 }).height).toBe(layout.height);
  });

  it("break a frame into pieces that are open where it goes on", () => {
    const all = nodes(40).map((each) => ({ ...each, frame: "model" }));
    const layout = layeredLayout(all, chain(40), [{ id: "model" }]);
    const { frames, nodes: placed } = columnLayout(layout);
    expect(frames.length).toBeGreaterThan(1);
    expect(frames.map(({ above }) => above)).toEqual(frames.map((_, i) => i > 0));
    expect(frames.map(({ below }) => below)).toEqual(frames.map((_, i) => i < frames.length - 1));
    for (const box of placed.values())
      expect(frames.filter((piece) => holds(piece, box))).toHaveLength(1);
  });
});

describe("boxes", () => {
  const box = { x: 10, y: 20, width: 100, height: 50 };

  it("with round corners are one closed line within their edges", () => {
    const path = roundedBox(box, 6);
    expect(path.at(-1)).toEqual(["Z"]);
    expect(path.filter(([kind]) => kind === "M")).toHaveLength(1);
    for (const [, ...numbers] of path.slice(0, -1))
      for (let i = 0; i < numbers.length; i += 2) {
        expect(numbers[i]).toBeGreaterThanOrEqual(10);
        expect(numbers[i]).toBeLessThanOrEqual(110);
        expect(numbers[i + 1]).toBeGreaterThanOrEqual(20);
        expect(numbers[i + 1]).toBeLessThanOrEqual(70);
      }
  });

  it("that go on below have no line there", () => {
    const { outline } = openBox(box, 6, { above: false, below: true });
    const level = outline.flatMap((command, i) => {
      const before = outline[i - 1]?.slice(-2);
      return command[0] === "L" && before?.[1] === command[2] ? [command[2]] : [];
    });
    expect(level).toEqual([20]);
  });
});
