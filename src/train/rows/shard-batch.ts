import { sizeOf } from "../../base/shape.ts";
import { bytesPerElement } from "../../base/tensor.ts";
import { GraphBuilder } from "../../graph/builder.ts";
import { type Graph, type GraphNode, copyGraph } from "../../graph/graph.ts";
import { pruned } from "../../graph/outputs.ts";
import { outerReads } from "../../graph/traverse.ts";
import { WORKERS } from "./exchange.ts";
import { GraphFacts } from "../../graph/passes/facts.ts";
import { PartWriter } from "./part-writer.ts";
import { type RowAxes, findRows, shapeOfPart } from "./row-axes.ts";

export interface ShardOptions {
  /** Rows of the whole batch, which the graph is built for. */
  rows: number;
  /** The graph inputs whose first axis is the batch. */
  inputs: readonly string[];
  /** Rows of this worker's part. */
  size: number;
  /** Whether this worker gives what all have alike: it must be counted once. */
  isFirst: boolean;
  /** Outputs that the workers' parts are added up to afterwards; others are the same for all. */
  added: readonly string[];
}

/** More than this, in bytes, is not worth exchanging between two stretches of a step. */
const LARGEST_EXCHANGE = 2 ** 20;

/**
 * The graph that one of several workers runs on its rows of a batch, where rows depend on each other:
 * what couples them, the statistics of a normalised batch, is exchanged. The numbers are those of the
 * whole batch; means and variances are never those of a part.
 *
 * A sum over rows stays this worker's share through every op that is linear in it. Where something
 * else reads it, the shares are added up; where an op needs all rows of a value, the rows are gathered.
 *
 * @returns the graph with marks where the workers meet (see `cutAtExchanges`), or undefined where too
 * much would have to be exchanged, or by the body of a loop
 */
export function shardBatch(graph: Graph, options: ShardOptions): Graph | undefined {
  const axes = findRows(graph, options.rows, options.inputs);
  return new Sharder(graph, axes, options).run();
}

class Sharder {
  readonly #graph: Graph;
  readonly #facts: GraphFacts;
  readonly #axes: RowAxes;
  readonly #options: ShardOptions;
  readonly #b: GraphBuilder;
  readonly #writer: PartWriter;
  /** Values that are this worker's share of a sum. */
  readonly #shares = new Set<string>();
  /** What all workers have, by the name of the share or of the rows. */
  readonly #whole = new Map<string, string>();
  #isIndivisible = false;

  constructor(graph: Graph, axes: RowAxes, options: ShardOptions) {
    this.#graph = graph;
    this.#facts = new GraphFacts(graph);
    this.#axes = axes;
    this.#options = options;
    const target = copyGraph(graph);
    this.#b = new GraphBuilder(target);
    target.nodes = [];
    target.opsets.set(WORKERS, 1);
    for (const name of options.inputs) {
      const input = target.inputs.find((value) => value.name === name);
      if (input && axes.rows.has(name)) input.shape = this.#partShape(name);
    }
    for (const name of axes.rows.keys()) {
      const known = target.values.get(name);
      if (known) target.values.set(name, { ...known, shape: this.#partShape(name) });
    }
    for (const output of target.outputs)
      if (axes.rows.has(output.name)) output.shape = this.#partShape(output.name);
    this.#writer = new PartWriter(this.#b, this.#facts, axes, options.size, "", "same");
  }

  run(): Graph | undefined {
    for (const node of this.#graph.nodes) this.#write(node);
    for (const name of this.#options.added) this.#countOnce(name);
    return this.#isIndivisible ? undefined : pruned(this.#b.graph);
  }

  #write(node: GraphNode): void {
    const kind = this.#axes.kind(node);
    // What a body reads of the graph around it is not exchanged.
    const isPart = (name: string) => this.#axes.rows.has(name) || this.#shares.has(name);
    if (outerReads(node).some(isPart)) this.#isIndivisible = true;
    if (kind === "sum") for (const name of node.outputs) this.#shares.add(name);
    if (kind !== "whole") {
      // Rows meet the totals of sums only.
      this.#writer.write({ ...node, inputs: node.inputs.map((name) => this.#total(name)) });
      return;
    }
    if (this.#isLinear(node)) {
      for (const name of node.outputs) this.#shares.add(name);
      this.#b.graph.nodes.push(node);
      return;
    }
    const inputs = node.inputs.map((name) =>
      this.#axes.rows.has(name) ? this.#gathered(name) : this.#total(name),
    );
    this.#b.graph.nodes.push({ ...node, inputs });
  }

  /** Whether a node makes of shares what it would make of their sum. */
  #isLinear({ op, domain, inputs }: GraphNode): boolean {
    if (domain !== "" || inputs.some((name) => this.#axes.rows.has(name))) return false;
    const shares = inputs.filter((name) => this.#shares.has(name)).length;
    if (shares === 0) return false;
    if (throughFirst.has(op)) return shares === 1 && this.#shares.has(inputs[0]!);
    if (op === "Mul" || op === "MatMul") return shares === 1;
    return additive.has(op) && shares === inputs.length;
  }

  #total(name: string): string {
    if (!this.#shares.has(name)) return name;
    return this.#exchange("Sum", name, this.#facts.shape(name)!);
  }

  #gathered(name: string): string {
    const { axis, each, offset } = this.#axes.rows.get(name)!;
    if (axis !== 0 || each !== 1 || offset !== undefined) this.#isIndivisible = true;
    return this.#exchange("Rows", name, this.#facts.shape(name)!);
  }

  #exchange(op: "Sum" | "Rows", name: string, shape: readonly number[]): string {
    const known = this.#whole.get(name);
    if (known !== undefined) return known;
    const type = this.#facts.type(name);
    if (type !== "float32" || sizeOf(shape) * bytesPerElement(type) > LARGEST_EXCHANGE)
      this.#isIndivisible = true;
    const whole = this.#b.op(
      op,
      [name],
      {},
      { domain: WORKERS, outputs: [this.#b.fresh(`${name}/all`)] },
    );
    this.#b.graph.values.set(whole, { type, shape });
    this.#whole.set(name, whole);
    // What repeats a sum is cut to the part, and repeats what all workers have.
    if (op === "Sum") this.#writer.rename(name, whole);
    return whole;
  }

  /** What is to be added up, and all workers have alike, counts for the first one only. */
  #countOnce(name: string): void {
    if (this.#shares.has(name) || this.#axes.rows.has(name)) return;
    const output = this.#b.graph.outputs.find((value) => value.name === name);
    if (output === undefined) return;
    // The output's name must stay: what made it makes another value.
    const inner = this.#b.fresh(`${name}/alike`);
    const rename = (value: string) => (value === name ? inner : value);
    const { nodes } = this.#b.graph;
    for (const [i, node] of nodes.entries())
      nodes[i] = { ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) };
    const factor = this.#b.f32(this.#options.isFirst ? 1 : 0);
    this.#b.op("Mul", [inner, factor], {}, { outputs: [name] });
  }

  #partShape(name: string): number[] {
    return shapeOfPart(this.#facts.shape(name)!, this.#axes.rows.get(name), this.#options.size);
  }
}

/** Linear in the first input, the others being fixed. */
const throughFirst = new Set([
  ...["Reshape", "Transpose", "Squeeze", "Unsqueeze", "Identity", "Neg", "Slice", "Gather"],
  // Not Expand: the small value is exchanged, and what repeats it can be cut to a part's rows.
  ...["ReduceSum", "ReduceMean", "Split", "Div"],
]);

/** Linear in all inputs together. */
const additive = new Set(["Add", "Sub", "Sum", "Concat"]);
