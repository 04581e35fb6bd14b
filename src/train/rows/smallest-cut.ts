import { smallest } from "../../base/extremes.ts";

/**
 * A graph of values, to be cut between what exists already and what is needed later.
 *
 * `sources` exist and cannot be made again; `cost` is what it takes to keep a value; `made` says from
 * which values each further one can be made again for nothing.
 */
export interface CutProblem {
  sources: ReadonlySet<string>;
  needed: ReadonlySet<string>;
  made: ReadonlyMap<string, readonly string[]>;
  cost(value: string): number;
}

/**
 * The values to keep, so that every needed one is kept or can be made again from kept ones, at the
 * least total cost; among equals, those that leave least to be made again.
 *
 * A minimum vertex cut, by the algorithm of Edmonds and Karp: each value is an edge from its "in" to
 * its "out" with its cost as capacity (Cormen et al., Introduction to Algorithms, chapter 26).
 */
export function smallestCut(problem: CutProblem): Set<string> {
  const network = new FlowNetwork();
  const start = network.node("start");
  const end = network.node("end");
  const seen = new Set<string>();
  const open = [...problem.needed];
  for (const value of problem.needed) network.edge(network.node(`out ${value}`), end, Infinity);
  while (open.length > 0) {
    const value = open.pop()!;
    if (seen.has(value)) continue;
    seen.add(value);
    const entry = network.node(`in ${value}`);
    network.edge(entry, network.node(`out ${value}`), problem.cost(value));
    const parts = problem.sources.has(value) ? undefined : problem.made.get(value);
    if (parts === undefined) network.edge(start, entry, Infinity);
    for (const part of parts ?? []) {
      network.edge(network.node(`out ${part}`), entry, Infinity);
      open.push(part);
    }
  }
  network.saturate(start, end);
  const behind = network.reaching(end);
  return new Set(
    [...seen].filter(
      (value) =>
        behind.has(network.node(`out ${value}`)) && !behind.has(network.node(`in ${value}`)),
    ),
  );
}

interface Edge {
  to: number;
  room: number;
  back: Edge;
}

class FlowNetwork {
  readonly #names = new Map<string, number>();
  readonly #edges: Edge[][] = [];

  node(name: string): number {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    this.#names.set(name, this.#edges.length);
    this.#edges.push([]);
    return this.#edges.length - 1;
  }

  edge(from: number, to: number, capacity: number): void {
    const there = { to, room: capacity } as Edge;
    there.back = { to: from, room: 0, back: there };
    this.#edges[from]!.push(there);
    this.#edges[to]!.push(there.back);
  }

  /** Pushes as much flow as fits, along shortest paths. */
  saturate(start: number, end: number): void {
    for (;;) {
      const via = new Map<number, Edge>();
      const queue = [start];
      for (const at of queue)
        for (const edge of this.#edges[at]!)
          if (edge.room > 0 && edge.to !== start && !via.has(edge.to)) {
            via.set(edge.to, edge);
            queue.push(edge.to);
          }
      if (!via.has(end)) return;
      const path: Edge[] = [];
      for (let at = end; at !== start; at = path.at(-1)!.back.to) path.push(via.get(at)!);
      const flow = smallest(path.map((edge) => edge.room));
      for (const edge of path) {
        edge.room -= flow;
        edge.back.room += flow;
      }
    }
  }

  /** The nodes from which `end` can still be reached. */
  reaching(end: number): Set<number> {
    const found = new Set([end]);
    for (const at of found)
      for (const edge of this.#edges[at]!) if (edge.back.room > 0) found.add(edge.to);
    return found;
  }
}
