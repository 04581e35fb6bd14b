import { int64 } from "../../base/tensor.ts";
import { GraphBuilder } from "../../graph/builder.ts";
import { type Graph, type GraphNode, copyGraph, emptyGraph } from "../../graph/graph.ts";
import { pruned } from "../../graph/outputs.ts";
import { nodesFor, sortNodes } from "../../graph/traverse.ts";
import { GraphFacts } from "../../graph/passes/facts.ts";
import { type Stretch, planStretches } from "./micro-batch-plan.ts";
import { PartWriter } from "./part-writer.ts";
import { type RowAxes, findRows } from "./row-axes.ts";

export interface MicroBatchOptions {
  /** Rows of the batch that the graph is built for. */
  rows: number;
  /** The graph inputs whose first axis is the batch. */
  inputs: readonly string[];
  /** Rows that run at once; it must divide `rows`. */
  size: number;
}

/**
 * Runs the part of a graph that treats pictures for a few rows of the batch at a time, so that what
 * one layer writes is still in the processor's cache when the next one reads it.
 *
 * Each stretch (forward, backward) becomes the body of a Scan. What a later stretch reads of an
 * earlier one is an output of the Scan; sums over the batch, such as weight gradients, are added up in
 * the Scan's state. The numbers are those of the whole batch, but for the order of additions. Ops that
 * need the whole batch stay as they are, and a graph without pictures is returned unchanged.
 */
export function microBatch(graph: Graph, options: MicroBatchOptions): Graph {
  const { rows, size, inputs } = options;
  if (size >= rows || rows % size !== 0) return graph;
  const axes = findRows(graph, rows, inputs);
  const stretches = planStretches(graph, axes);
  if (stretches.length === 0) return graph;
  return new Splitter(graph, axes, stretches, size).run();
}

class Splitter {
  readonly #graph: Graph;
  readonly #facts: GraphFacts;
  readonly #axes: RowAxes;
  readonly #stretches: readonly Stretch[];
  readonly #size: number;
  readonly #outer: GraphBuilder;
  /** Values cut into parts, `[..., parts, rows of a part, ...]`, by the name of the whole. */
  readonly #cut = new Map<string, string>();

  constructor(graph: Graph, axes: RowAxes, stretches: readonly Stretch[], size: number) {
    this.#graph = graph;
    this.#facts = new GraphFacts(graph);
    this.#axes = axes;
    this.#stretches = stretches;
    this.#size = size;
    const outer = copyGraph(graph);
    const inside = new Set(stretches.flatMap(({ own }) => [...own]));
    // The builder sees all nodes first, so that no fresh name is one that a body's values come from.
    this.#outer = new GraphBuilder(outer);
    outer.nodes = graph.nodes.filter((node) => !inside.has(node));
  }

  run(): Graph {
    this.#stretches.forEach((stretch, i) => this.#scan(stretch, `part${i}/`));
    const outer = this.#outer.graph;
    outer.nodes = sortNodes(outer.nodes);
    return pruned(outer);
  }

  #scan(stretch: Stretch, prefix: string): void {
    const body = new GraphBuilder(emptyGraph(prefix.slice(0, -1)), prefix);
    const part = new PartWriter(body, this.#facts, this.#axes, this.#size, prefix);
    const made = new Set(stretch.nodes.flatMap((node) => node.outputs));
    const sums = stretch.nodes.filter((node) => this.#axes.kind(node) === "sum");
    const read = [...new Set(stretch.nodes.flatMap((node) => node.inputs))].filter(
      (name) => this.#axes.rows.has(name) && !made.has(name),
    );
    const wanted = [...stretch.own]
      .filter((node) => this.#axes.kind(node) === "rows")
      .flatMap((node) => node.outputs)
      .filter((name) => name !== "" && this.#isWantedOutside(name, stretch));

    const starts = sums.map((node) => {
      const name = node.outputs[0]!;
      part.declare(name, `${prefix}${name}/before`);
      return this.#zeros(name);
    });
    const parts = read.map((name) => {
      part.declare(name);
      return this.#partsOf(name);
    });
    for (const node of stretch.nodes)
      if (this.#axes.kind(node) === "sum") part.writeSum(node);
      else part.write(node);
    for (const node of sums) part.result(node.outputs[0]!);
    for (const name of wanted) part.result(name);

    body.graph.nodes = nodesFor(
      body.graph,
      body.graph.outputs.map((value) => value.name),
    );

    const axisOf = (name: string) => this.#axes.rows.get(name)!.axis;
    const nonZero = (list: number[]) => (list.some((axis) => axis !== 0) ? list : undefined);
    const totals = sums.map((node) => node.outputs[0]!);
    const stacks = wanted.map((name) => this.#outer.fresh(`${name}/parts`));
    this.#outer.ops(
      "Scan",
      [...starts, ...parts],
      {
        body: body.graph,
        num_scan_inputs: read.length,
        scan_input_axes: nonZero(read.map(axisOf)),
        scan_output_axes: nonZero(wanted.map(axisOf)),
      },
      { outputs: [...totals, ...stacks], name: prefix.slice(0, -1) },
    );
    wanted.forEach((name, i) => this.#join(name, stacks[i]!));
  }

  /** Whether anything but this stretch, or one that makes the value again, reads it. */
  #isWantedOutside(name: string, home: Stretch): boolean {
    if (this.#facts.isOutput(name)) return true;
    const maker = this.#facts.maker(name)!;
    // A reader may run again elsewhere, with this value as what was kept for it.
    const isReadBy = (other: Stretch, reader: GraphNode) =>
      other !== home && other.nodes.includes(reader) && !other.nodes.includes(maker);
    return this.#facts
      .readers(name)
      .some(
        (reader) =>
          !this.#stretches.some(({ own }) => own.has(reader)) ||
          this.#stretches.some((other) => isReadBy(other, reader)),
      );
  }

  #zeros(name: string): string {
    const shape = this.#facts.shape(name)!;
    return this.#outer.op("ConstantOfShape", [this.#outer.i64(shape)]);
  }

  #cutShape(name: string): number[] {
    const shape = this.#facts.shape(name)!;
    const { axis, each } = this.#axes.rows.get(name)!;
    const count = this.#axes.count / this.#size;
    return shape.flatMap((length, i) => (i === axis ? [count, this.#size * each] : [length]));
  }

  /** The value with its rows cut into parts, as a Scan reads it. */
  #partsOf(name: string): string {
    const known = this.#cut.get(name);
    if (known !== undefined) return known;
    const shape = this.#cutShape(name);
    const own = this.#shifted(name, "Sub");
    const cut = this.#outer.op(
      "Reshape",
      [own, this.#outer.i64(shape)],
      {},
      { outputs: [this.#outer.fresh(`${name}/parts`)] },
    );
    this.#outer.graph.values.set(cut, { type: this.#facts.type(name), shape });
    this.#cut.set(name, cut);
    return cut;
  }

  /** An index that counts from the first row of the batch, made to count from that of a part, or back. */
  #shifted(value: string, op: "Sub" | "Add", name = value): string {
    const rows = this.#axes.rows.get(name)!;
    if (rows.offset === undefined) return value;
    // bounded: parts of a batch that fits into memory
    const starts = Array.from(
      { length: this.#axes.count },
      (_, row) => (row - (row % this.#size)) * rows.offset!,
    );
    const shape = this.#facts.shape(name)!.map((length, axis) => (axis === rows.axis ? length : 1));
    const shift = this.#outer.constant(int64(starts, shape));
    return this.#outer.op(op, [value, shift], {}, op === "Add" ? { outputs: [name] } : {});
  }

  /** Makes the whole value of the parts that a Scan wrote. */
  #join(name: string, parts: string): void {
    const shape = this.#outer.i64(this.#facts.shape(name)!);
    if (this.#axes.rows.get(name)!.offset === undefined)
      this.#outer.op("Reshape", [parts, shape], {}, { outputs: [name] });
    else this.#shifted(this.#outer.op("Reshape", [parts, shape]), "Add", name);
    this.#outer.graph.values.set(parts, {
      type: this.#facts.type(name),
      shape: this.#cutShape(name),
    });
    this.#cut.set(name, parts);
  }
}
