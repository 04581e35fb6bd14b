import { GraphBuilder } from "../builder.ts";
import { type Graph, type GraphNode, copyGraph } from "../graph.ts";
import { pruned } from "../outputs.ts";
import { sortNodes } from "../traverse.ts";
import { GraphFacts } from "./facts.ts";

/**
 * The frame of a pass that replaces groups of nodes: new nodes are written with `b`, and take over the
 * output names of those that they replace.
 */
export class Rewriter {
  readonly facts: GraphFacts;
  readonly b: GraphBuilder;
  readonly #replaced = new Set<GraphNode>();

  /** @param graph stays as it is */
  constructor(graph: Graph) {
    this.facts = new GraphFacts(graph);
    this.b = new GraphBuilder(copyGraph(graph));
    // The copy's own node list is written anew: facts and matches speak of the original nodes.
    this.b.graph.nodes = [...graph.nodes];
  }

  /** Whether a node was replaced already. */
  isReplaced(node: GraphNode): boolean {
    return this.#replaced.has(node);
  }

  /** Drops nodes whose outputs new nodes make, or nobody needs any more. */
  drop(...nodes: readonly GraphNode[]): void {
    for (const node of nodes) this.#replaced.add(node);
  }

  /** The graph with what was written, in order, without what nobody needs. */
  finish(): Graph {
    const { graph } = this.b;
    if (this.#replaced.size === 0) return this.facts.graph;
    graph.nodes = sortNodes(graph.nodes.filter((node) => !this.#replaced.has(node)));
    return pruned(graph);
  }
}
